"""The file of templates: which kind of notice goes by which, and one sentence for what is wrong in it."""

import pytest

from knowledge.message_templates import MessageTemplate, TemplatesError, TemplateValue, load_templates

GOOD = """
reminder: {template: "123456", parameters: {ho_ten: {from: name, max: 20}, ngay: day}}
default: {template: "9"}
"""


def test_templates_are_read_by_kind_of_notice(tmp_path):
    (tmp_path / "t.yaml").write_text(GOOD, encoding="utf-8")
    read = load_templates(tmp_path / "t.yaml")
    values = {"ho_ten": TemplateValue("name", 20), "ngay": TemplateValue("day", 30)}
    assert read["reminder"] == MessageTemplate("123456", values)
    assert read["default"].parameters == {}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        pytest.param("- 1", "kinds of notices", id="a list"),
        pytest.param("reminder: 5", "reminder", id="no template"),
        pytest.param("reminder: {template: '1', parameters: {a: phone}}", "reminder.a", id="an unknown source"),
        pytest.param("reminder: {template: '1', parameters: {a: {from: name, max: x}}}", "max", id="no number"),
        pytest.param("a: [", "t.yaml", id="no YAML"),
    ],
)
def test_file_that_cannot_be_used_is_refused_with_its_place(tmp_path, written, why):
    (tmp_path / "t.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(TemplatesError, match=why):
        load_templates(tmp_path / "t.yaml")


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(TemplatesError, match="FileNotFoundError"):
        load_templates(tmp_path / "no.yaml")
