import logging
import sys

logging.warning("to the root logger")
logging.info("hidden")
log = logging.getLogger("shop.cart")
log.error("failed with %s", "code 7")
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(module)s:%(lineno)d %(funcName)s %(filename)s %(message)s"))
log.addHandler(handler)
log.propagate = False
log.setLevel(logging.DEBUG)


def buy():
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("cannot buy")


buy()
log.info("bad %d arguments", "many")
print(logging.getLogger().handlers, log.name)
