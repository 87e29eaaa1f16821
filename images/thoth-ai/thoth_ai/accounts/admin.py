"""Users in the administration."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from thoth_ai.accounts.models import User


@admin.register(User)
class EmailUserAdmin(UserAdmin):
    """Django's own user pages, with the e-mail address for the name."""

    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    search_fields = ("email", "name")
    readonly_fields = ("joined_at", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)
