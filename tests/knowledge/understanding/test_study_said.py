"""Courses, days and wishes are read from what officials type about studying."""

from datetime import date

import pytest

from knowledge.understanding.study_said import (
    Period,
    StudyWish,
    asks_for_list,
    asks_something,
    offers_study,
    read_course,
    read_period,
    read_study_wish,
)

TODAY = date(2026, 11, 21)
SPRING = Period(date(2027, 3, 1), date(2027, 6, 30))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("đề nghị cử đi học tiếng Anh tháng 3", Period(date(2027, 3, 1), date(2027, 3, 31))),
        ("từ 01/03/2027 đến 30/06/2027", SPRING),
        ("01/03/2027 - 30/06/2027", SPRING),
        ("2027-03-01 đến 2027-06-30", SPRING),
        ("tháng 3 đến tháng 6 năm 2027", SPRING),
        ("tu 1/3 den 30/6/2027", SPRING),
        ("tháng 11", Period(date(2026, 11, 1), date(2026, 11, 30))),
        ("quý I/2027", Period(date(2027, 1, 1), date(2027, 3, 31))),
        ("quy 2", Period(date(2027, 4, 1), date(2027, 6, 30))),
        ("từ tháng 11 đến tháng 2", Period(date(2026, 11, 1), date(2027, 2, 28))),
        ("toi xin di hoc tieng anh b1 thang 3", Period(date(2027, 3, 1), date(2027, 3, 31))),  # B1 is no first of March
        ("ngày 1 tháng 3", Period(date(2027, 3, 1), date(2027, 3, 1))),
        ("15/3", Period(date(2027, 3, 15), date(2027, 3, 15))),
        ("năm 2027", Period(date(2027, 1, 1), date(2027, 12, 31))),
        ("tháng 13", None),
        ("31/02/2027", None),
        ("từ 30/6/2027 đến 1/3/2027", None),
        ("lúc nào cũng được", None),
        ("", None),
    ],
)
def test_days_of_a_course_are_read(said, expected):
    assert read_period(said, TODAY) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("đề nghị cử đi học tiếng Anh tháng 3", "tiếng Anh"),
        ("Cho tôi đăng ký đi học trung cấp lý luận chính trị", "trung cấp lý luận chính trị"),
        ("Tôi xin đi học lớp tin học cơ bản có được không?", "tin học cơ bản"),
        ("Tôi muốn đi học", ""),
        ("toi xin di hoc tieng anh", ""),  # nobody prints it so
        ("đề nghị của tôi đến đâu rồi", ""),
    ],
)
def test_the_course_is_read_as_it_was_typed(said, expected):
    assert read_course(said) == expected


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("đề nghị của tôi được duyệt chưa", StudyWish.FOLLOW),
        ("rut de nghi cu di hoc", StudyWish.WITHDRAW),
        ("thủ tục xin cử đi học", StudyWish.EXPLAIN),
        ("thủ trưởng không cho tôi đi học", StudyWish.EXPLAIN),
        ("tôi xin đi học ngoại ngữ", None),
    ],
)
def test_what_is_wanted_is_told_apart(said, wish):
    assert read_study_wish(said) is wish


def test_sending_somebody_else_is_told_from_asking_for_oneself():
    assert offers_study("cử CB003 đi học")
    assert not offers_study("đề nghị cử tôi đi học")
    assert not offers_study("xác nhận CB003 đã đi học")


def test_a_list_is_told_from_sending_somebody():
    assert asks_for_list("danh sách đề nghị cử đi học")
    assert asks_for_list("ai được cử mà không đi học")
    assert not asks_for_list("tôi muốn cử cán bộ đi học")


def test_a_question_is_told_from_the_name_of_a_course():
    assert asks_something("hạn của tôi đến ngày nào")
    assert asks_something("IELTS 5.0 tính không")
    assert not asks_something("Tiếng Anh B1, Trường Chính trị tỉnh")
