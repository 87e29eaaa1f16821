"""Errors as `application/problem+json`."""

from django.http import JsonResponse


class ProblemError(Exception):
    """An answer that is an error; the views raise it, one place turns it into a document."""

    def __init__(self, status: int, title: str, detail: str, hint: str) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.hint = status, title, detail, hint

    def document(self) -> dict[str, object]:
        """Return it in the form of RFC 9457, with a code for programs and a hint for people."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.title.lower().replace(" ", "_"),
            "detail": self.detail,
            "hint": self.hint,
        }

    def response(self) -> JsonResponse:
        """Return it as an answer over HTTP."""
        return JsonResponse(
            self.document(), status=self.status, content_type="application/problem+json"
        )


def problem(status: int, title: str, detail: str, hint: str) -> JsonResponse:
    """Return an error that says what to do next."""
    return ProblemError(status, title, detail, hint).response()
