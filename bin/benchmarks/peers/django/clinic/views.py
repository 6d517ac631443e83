"""The pages of the Django peer."""

import os
from pathlib import Path

import markdown
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import mark_safe

from clinic.forms import ConsultationForm
from clinic.models import Consultation, Mail


def read(file):
    _, head, body = file.read_text().split("+++", 2)
    title = next(line.split('"')[1] for line in head.splitlines() if line.startswith("title ="))
    return {"title": title, "markdown": body}


SHEETS = {file.stem: read(file) for file in Path(os.environ["PEER_SHEETS"]).glob("*.md")}
RENDERED = {}


def body_of(words):
    return mark_safe(markdown.markdown(words, extensions=["tables", "attr_list"]))


def sheet(request, slug):
    """Rendered from its Markdown each time."""
    found = SHEETS.get(slug) or missing()
    return render(request, "sheet.html", {"title": found["title"], "body": body_of(found["markdown"])})


def rendered(request, slug):
    """Its Markdown is rendered once, and its page each time."""
    found = SHEETS.get(slug) or missing()
    if slug not in RENDERED:
        RENDERED[slug] = body_of(found["markdown"])
    return render(request, "sheet.html", {"title": found["title"], "body": RENDERED[slug]})


def missing():
    raise Http404


def request(asked):
    form = ConsultationForm(asked.POST or None)
    if asked.method == "POST" and form.is_valid():
        checked = {name: value for name, value in form.cleaned_data.items() if name != "website"}
        with transaction.atomic():
            made = Consultation.objects.create(**checked)
            Mail.objects.create(consultation=made, kind="confirmation", recipient=made.email or "none@example.org")
            Mail.objects.create(consultation=made, kind="notice", recipient="clinic@example.org")
        return HttpResponseRedirect("/thanks")
    return render(asked, "form.html", {"form": form}, status=422 if asked.method == "POST" else 200)


def thanks(_):
    return HttpResponse("Thank you.")
