"""Classes and functions of users that were written for Keras 2, at work in Keras 3 on TensorFlow.

A class of the user's is not changed: what is built is of a subclass of it with the same name (`classes.adapted`), whose
methods take what Keras 2 took and hand on what Keras 3 takes. What has no such translation fails, and `blame` says at
which line of the user's, and what to write there.
"""

from __future__ import annotations

from loadstone.runtime.users.blame import told
from loadstone.runtime.users.classes import adapted, at_work, is_users
from loadstone.runtime.users.file import from_file
from loadstone.runtime.users.variables import as_stored

__all__ = ["adapted", "as_stored", "at_work", "from_file", "is_users", "told"]
