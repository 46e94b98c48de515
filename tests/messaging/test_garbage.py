import gc

import pytest

from messaging.garbage import lasting


def test_what_there_was_is_looked_through_again_afterwards():
    with pytest.raises(ZeroDivisionError), lasting():
        assert gc.get_freeze_count() > 1000
        raise ZeroDivisionError
    assert gc.get_freeze_count() == 0
