import os
import threading

main = threading.main_thread()
print(main is threading.current_thread(), main.name, main.is_alive())
print(main.native_id == os.getpid(), main.ident == threading.get_ident())
print(threading.active_count(), threading.enumerate() == [main])
