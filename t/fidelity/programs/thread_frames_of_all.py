import sys
import threading

frames = sys._current_frames()
print(len(frames), threading.get_ident() in frames)
ready, stop = threading.Event(), threading.Event()


def wait():
    ready.set()
    stop.wait()


t = threading.Thread(target=wait)
t.start()
ready.wait()
print(len(sys._current_frames()))
stop.set()
t.join()
