"""Which addresses lead to a site."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from orders.websites import check_website


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "http://shop.example:8080/a?b=c#d",
        "https://한글.example/쿠폰",
        "https://shop.example/@user",
    ],
)
def test_the_address_of_a_page_passes(url):
    check_website(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://shop\u202e.example/", "(U+202E)"),
        ("https://shop.example/\u200b", "(U+200B)"),
        ("https://shop.example/a\nb", "(U+000A)"),
        ("https://shop.example/a\u00a0b", "(U+00A0)"),
        ("https://user:pw@shop.example/", "before an @"),
        ("https://user@shop.example/", "before an @"),
        ("https://@shop.example/", "whole address"),
        ("https://shop.example\\@evil.example/", "whole address"),
        ("https://shop.example／evil.example/", "whole address"),
        ("https://shop/", "whole address"),
        ("https://[::1", "whole address"),
        ("javascript:alert(1)", "whole address"),
        ("//shop.example", "whole address"),
        ("", "whole address"),
    ],
)
def test_another_address_is_refused_and_told_why(url, told):
    with override("en"), pytest.raises(ValidationError) as caught:
        check_website(url)
    assert told in caught.value.message
