from decimal import (ROUND_HALF_UP, Decimal, DivisionByZero, getcontext,
                     localcontext)

print(getcontext())
print(Decimal("0.1") + Decimal("0.2"), Decimal(0.1), Decimal("1") / Decimal("7"))
with localcontext() as ctx:
    ctx.prec = 50
    print(Decimal(2).sqrt(), Decimal(1).exp())
print(Decimal("2.675").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))
getcontext().traps[DivisionByZero] = False
print(Decimal(1) / Decimal(0), Decimal("-0"), Decimal("1E+3"), f"{Decimal('1234567.891'):,.2f}")
print(Decimal("abc"))
