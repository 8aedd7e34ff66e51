"""The workbook that HR fills in: opened with care, read cell by cell, checked whole, and stored in one piece."""
