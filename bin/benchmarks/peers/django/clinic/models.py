"""The tables of the Django peer: requests for a consultation, and the mails that they owe."""

from django.db import models


class Consultation(models.Model):
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    times = models.JSONField(default=list)
    method = models.CharField(max_length=10)
    concern = models.TextField(blank=True)
    voicemail = models.CharField(max_length=3, blank=True)
    needs = models.TextField(blank=True)
    state = models.CharField(max_length=10, default="new", db_index=True)
    created = models.DateTimeField(auto_now_add=True)


class Mail(models.Model):
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30)
    recipient = models.EmailField()
    state = models.CharField(max_length=10, default="queued", db_index=True)
    due = models.DateTimeField(auto_now_add=True)
