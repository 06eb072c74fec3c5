# The clock of `datetime`, by which a scenario has dates from the same clock as `time`. Part of the harness; see core.py.


def adapt_dates(module):
    """Has `datetime.now` and the like ask the modelled clock. Where there is no zone the time is that of Greenwich, as `time.localtime` has it."""
    from _warnings import warn  # by which Python's own says so, whether anybody has imported `warnings` or not

    RealDateTime, greenwich = module.datetime, module.timezone.utc

    class datetime(RealDateTime):
        __slots__ = ()

        @classmethod
        def now(cls, tz=None):
            read = cls.fromtimestamp(EPOCH + now(), greenwich if tz is None else tz)
            return read.replace(tzinfo=None) if tz is None else read

        @classmethod
        def today(cls):
            return cls.now()

        @classmethod
        def utcnow(cls):
            if sys.version_info >= (3, 12):
                warn(UTCNOW_IS_DEPRECATED, DeprecationWarning, 2)
            return cls.now()

        def __repr__(self):
            written = RealDateTime.__repr__(self)
            return "datetime." + written if type(self) is datetime else written

    for each in (datetime, datetime.now, datetime.today, datetime.utcnow):
        getattr(each, "__func__", each).__qualname__ = each.__qualname__.rpartition("<locals>.")[2]
    datetime.__module__, datetime.__doc__ = RealDateTime.__module__, RealDateTime.__doc__
    datetime.min = datetime(1, 1, 1)
    datetime.max = datetime(9999, 12, 31, 23, 59, 59, 999_999)
    module.datetime = datetime
    real_time.time = lambda: EPOCH + now()  # which `date.today` asks, whose class cannot be changed


UTCNOW_IS_DEPRECATED = (
    "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to "
    "represent datetimes in UTC: datetime.datetime.now(datetime.UTC)."
)
