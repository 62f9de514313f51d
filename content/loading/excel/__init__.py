"""Excel: the template, reading workbooks, and the sender's workbook back with what is wrong marked in it."""
