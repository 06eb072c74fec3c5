from threading import Thread

status = "draft"


def set_status(text):
    global status
    status = text


sender = Thread(target=set_status, args=("sent",))
watchdog = Thread(target=set_status, args=("failed",))
sender.start()
watchdog.start()
sender.join()
watchdog.join()
