"""Components as template tags, one module for each sort; `{% load vk %}` brings all of them."""

from django import template

register = template.Library()
