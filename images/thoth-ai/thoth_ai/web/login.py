"""Signing in, slowed down for those who guess."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from thoth_ai.api.rates import Rate

TRIES, MINUTES = 10, 5
FAILURES = Rate(TRIES, seconds=MINUTES * 60)


class PatientForm(AuthenticationForm):
    """Counts failures by account and address; a locked pair is not even looked up."""

    def clean(self) -> dict[str, object]:
        """Refuse for a while after too many failures, whether the password is right or not."""
        if wait := FAILURES.is_over(self._key()):
            raise ValidationError(
                f"Too many failed attempts. Try again in {-(-wait // 60)} min.", code="throttled"
            )
        try:
            cleaned: dict[str, object] = super().clean()
        except ValidationError:
            FAILURES.wait(self._key())
            raise
        FAILURES.forget(self._key())
        return cleaned

    def _key(self) -> str:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        return f"{address} {str(self.data.get('username', '')).strip().lower()[:254]}"


class EmailLogin(LoginView):
    """Sign in with an e-mail address."""

    template_name = "web/login.html"
    authentication_form = PatientForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Say 429 to programs where the page says to wait."""
        throttled = form.has_error("__all__", "throttled")
        context = self.get_context_data(form=form, throttled=throttled)
        response = self.render_to_response(context, status=429 if throttled else 200)
        if throttled:
            response["Retry-After"] = str(MINUTES * 60)
        return response


login_page = EmailLogin.as_view()
