"""The filing cabinet: database, tables, repositories, workbook import, encryption, audit chain."""
