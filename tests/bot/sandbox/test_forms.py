"""Bodies of calls: every form that a client may choose."""

import pytest

from bot.sandbox.forms import parse_multipart


def test_multipart_is_cut_exactly():
    """Fields, file names in any script, and bytes that look like a boundary come through unchanged."""
    data = b"\r\n--\r\n--b\x00\r\n"
    body = (
        b'--bound\r\nContent-Disposition: form-data; name="caption"\r\n\r\n\xd8\xac\xd8\xb3\xd8\xb1\r\n'
        b"--bound\r\nContent-Type: image/png\r\n"
        b'Content-Disposition: form-data; name="photo"; filename="\xc3\xa9.png"\r\n\r\n' + data + b"\r\n--bound--\r\n"
    )
    form = parse_multipart(body, 'multipart/form-data; boundary="bound"')
    assert form.fields == {"caption": "جسر"}
    assert (form.files["photo"].name, form.files["photo"].mime, form.files["photo"].data) == (
        "é.png",
        "image/png",
        data,
    )


def test_no_boundary():
    """A multipart body without a boundary is refused."""
    with pytest.raises(ValueError, match="boundary"):
        parse_multipart(b"", "multipart/form-data")
