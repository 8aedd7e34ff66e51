"""What people want of their own data, marked, unmarked and abbreviated."""

import pytest

from knowledge.understanding.data_said import DataWish, read_data_wish, read_field


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("Xuất dữ liệu cá nhân của tôi", DataWish.EXPORT),
        ("cho toi ban sao du lieu cua toi", DataWish.EXPORT),
        ("cho e tải dữ liêu cá nhân về dc ko", DataWish.EXPORT),
        ("Ngày sinh của tôi bị sai", DataWish.CORRECT),
        ("ho ten cua toi ghi sai", DataWish.CORRECT),
        ("tt của e ko đúng, sửa giúp", DataWish.CORRECT),
        ("Tôi muốn rút lại sự đồng ý", DataWish.WITHDRAW),
        ("rut dong y", DataWish.WITHDRAW),
        ("hủy liên kết tài khoản này", DataWish.WITHDRAW),
        ("Xóa dữ liệu của tôi", DataWish.DELETE),
        ("xoa het thong tin cua toi di", DataWish.DELETE),
        ("xóa dl của t đi", DataWish.DELETE),
        ("Đừng gửi tin cho tôi nữa", DataWish.STOP),
        ("tat thong bao", DataWish.STOP),
        ("ngừng gửi tin nhắn cho tôi", DataWish.STOP),
        ("Tôi phản đối việc xử lý dữ liệu", DataWish.RESTRICT),
        ("toi yeu cau han che xu ly du lieu", DataWish.RESTRICT),
        ("Tôi đã đồng ý những gì", DataWish.CONSENTS),
        ("yêu cầu dữ liệu của tôi đến đâu rồi", DataWish.FOLLOW),
        ("các yêu cầu dữ liệu cá nhân đang chờ", DataWish.OFFICE),
        ("Hệ thống đang lưu gì về tôi?", None),
        ("sđt của t có bị lộ cho ng khac ko, có luu ko", None),
        ("ai đã xem hồ sơ của tôi", None),
        ("", None),
    ],
)
def test_a_wish_is_read_however_it_is_written(said, wish):
    assert read_data_wish(said) is wish


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("ngày sinh của tôi bị sai", "ngay_sinh"),
        ("sdt của e sai", "dien_thoai"),
        ("chức danh và ngày sinh đều sai", ""),
        ("thông tin của tôi sai", ""),
    ],
)
def test_one_field_that_is_named_is_asked_for_no_more(said, field):
    assert read_field(said) == field
