"""The guide from elsewhere: a link to the page that explains a place, and the pictures of its pages."""

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from repository.component_tags import register
from repository.component_tags.shapes import icon
from repository.guide import BY_NAME, PICTURE_SIZE, language, picture_path


@register.simple_tag
def guide(topic: str, label: str = "") -> SafeString:
    """A link to one page of the guide: a small question mark, or `label` where there is room for words."""
    about = BY_NAME[topic]
    address = reverse("guide_topic", args=[topic])
    if label:
        return format_html('<a class="vk-link" href="{}">{}</a>', address, label)
    said = gettext("Guide: %(title)s") % {"title": about.title}
    return format_html(
        '<a class="vk-guided" href="{}" title="{}" aria-label="{}">{}</a>', address, said, said, icon("help")
    )


@register.simple_tag
def picture(name: str, said: str) -> SafeString:
    """A picture of the guide in the page's language, `said` for those who do not see it; nothing where none was taken yet."""
    path = picture_path(name, language())
    if finders.find(path) is None:
        return mark_safe("")
    width, height = PICTURE_SIZE
    return format_html(
        '<figure class="vk-guide__picture"><a href="{0}"><img src="{0}" width="{1}" height="{2}" alt="{3}" loading="lazy"></a></figure>',
        static(path),
        width,
        height,
        said,
    )
