from threading import Thread


class Settings:
    pass


settings = None
used = {"web": None, "mail": None}


def get_settings():
    global settings
    if settings is None:
        settings = Settings()
    return settings


def serve(name):
    used[name] = get_settings()


web = Thread(target=serve, args=("web",))
mail = Thread(target=serve, args=("mail",))
web.start()
mail.start()
web.join()
mail.join()
