from threading import Lock, Thread

guests = 0
door_lock = Lock()
gate_lock = Lock()


def through_door():
    global guests
    with door_lock:
        guests += 1


def through_gate():
    global guests
    with gate_lock:
        guests += 1


door = Thread(target=through_door)
gate = Thread(target=through_gate)
door.start()
gate.start()
door.join()
gate.join()
