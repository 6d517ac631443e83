"""The form of the Django peer, with the fields and checks of ours."""

from django import forms
from django.core.validators import RegexValidator

METHODS = [("phone", "Phone"), ("email", "Email"), ("text", "Text message")]
TIMES = [("mornings", "Mornings"), ("afternoons", "Afternoons"), ("evenings", "Evenings")]


class ConsultationForm(forms.Form):
    key = forms.CharField(max_length=64)
    name = forms.CharField(max_length=100)
    email = forms.EmailField(required=False)
    phone = forms.CharField(max_length=30, required=False, validators=[RegexValidator(r"^[+(]?[0-9][0-9 ()-]{6,}$")])
    times = forms.MultipleChoiceField(choices=TIMES, required=False)
    method = forms.ChoiceField(choices=METHODS)
    concern = forms.CharField(max_length=500, required=False, widget=forms.Textarea)
    voicemail = forms.ChoiceField(choices=[("", ""), ("yes", "Yes"), ("no", "No")], required=False)
    needs = forms.CharField(max_length=200, required=False, widget=forms.Textarea)
    website = forms.CharField(required=False)

    def clean(self):
        checked = super().clean()
        wanted = "email" if checked.get("method") == "email" else "phone"
        if not checked.get(wanted):
            self.add_error(wanted, "Enter it, so that we can reach you")
        if checked.get("website"):
            raise forms.ValidationError("Press once more")
        return checked
