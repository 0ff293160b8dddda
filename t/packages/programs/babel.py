# python3-babel
from datetime import date

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

print(format_date(date(2024, 2, 29), locale="de_DE"))
print(format_currency(1234.5, "EUR", locale="en_US"),
      format_decimal(1234567.891, locale="fr_FR"))
