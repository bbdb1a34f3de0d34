from django.db import models


class Link(models.Model):
    slug = models.SlugField(unique=True)
    target = models.URLField()
    limit = models.IntegerField()
    hits = models.IntegerField(default=0)


class Hit(models.Model):
    link = models.ForeignKey(Link, on_delete=models.CASCADE)
    at = models.DateTimeField(auto_now_add=True)
    address = models.GenericIPAddressField()
    user_agent = models.CharField(max_length=200)
