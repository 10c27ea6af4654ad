"""A system call of the store fails, with every error that it knows: the run
goes on with its token, the old record is intact or the new one is there, it is
said what failed and why, and nothing stays that does not count.

    python3 tests/torture/failing.py BUILD_DIR [NAME...]

By itself it tries each call with one error; with MCPAUTH_TORTURE=1, with every
error.
"""

import collections
import errno
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

# pylint: disable=wrong-import-position
import e2e  # noqa: E402
from e2e import case  # noqa: E402
from servers import Sandbox  # noqa: E402

# As the manual pages have them, but for those that say that there is no file.
CAUSES = {
    "openat": "EACCES EDQUOT EINTR EINVAL EIO EISDIR ELOOP EMFILE ENAMETOOLONG "
              "ENFILE ENODEV ENOMEM ENOSPC ENOTDIR ENXIO EOVERFLOW EPERM EROFS "
              "ESTALE ETXTBSY",
    "read": "EIO EINTR EISDIR ESTALE",
    "write": "EDQUOT EFBIG EINTR EINVAL EIO ENOSPC EPERM ESTALE",
    "fsync": "EIO EDQUOT EINTR EINVAL ENOSPC EROFS",
    "fchmod": "EPERM EIO EROFS ENOMEM",
    "close": "EIO EDQUOT EINTR ENOSPC",
    "renameat": "EIO EACCES EBUSY EDQUOT EINVAL ELOOP ENOMEM ENOSPC ENOTDIR "
                "EPERM EROFS ESTALE EXDEV",
    "linkat": "EPERM EACCES EDQUOT EIO EMLINK ENOMEM ENOSPC ENOSYS EOPNOTSUPP "
              "EROFS ESTALE EXDEV",
    "unlinkat": "EIO EACCES EBUSY ENOMEM EPERM EROFS",
    "fcntl": "ENOLCK EACCES EAGAIN EDEADLK EINTR EINVAL EIO ENOSYS EOPNOTSUPP",
}


def faulty(t, **variables):
    """The environment of a run whose calls fail."""
    names = {f"FAULTY_{name}": str(value) for name, value in variables.items()}
    return {"LD_PRELOAD": str(e2e.build_directory() / "tests" / "faulty.so"),
            "FAULTY_UNDER": str(t.state), **names}


def list_tools(t, environment=None):
    return t.run("tools", "list", code=None, env=environment)


def calls_of(t):
    """call -> how many of it a run makes."""
    report = t.dir / "trace" / "calls"
    list_tools(t, faulty(t, REPORT=report))
    calls = collections.Counter(report.read_text().split())
    report.unlink()
    assert set(calls) <= set(CAUSES), calls
    return calls


def schedule(calls):
    """(call, which of it, errno)."""
    for call, count in calls.items():
        causes = [getattr(errno, name) for name in CAUSES[call].split()]
        for nth in range(1, count + 1):
            if os.environ.get("MCPAUTH_TORTURE"):
                yield from ((call, nth, cause) for cause in causes)
            else:
                yield call, nth, causes[nth % len(causes)]


def survive(t, call, nth, cause):
    before = {path.read_bytes() for path in t.records()}
    result = list_tools(
        t, faulty(t, CALL=call, NTH=nth, CAUSE=cause))
    assert result.code == 0 and "Found 3 tools" in result.out, result
    after = {path.read_bytes() for path in t.records()}
    refresh_lock = call == "fcntl" and nth == 1 and cause == errno.EIO
    if refresh_lock or not after - before:
        expect_words(t, result, cause)
    if call != "unlinkat":
        left = {path for path in t.state.iterdir()
                if ".tmp-" in path.name or path.suffix == ".next"}
        assert not left - set(t.records()), left
    return bool(after - before)


def expect_words(t, result, cause):
    """What was not done is said, with the file and the system's words.  A
    signal is no reason not to save."""
    assert cause != errno.EINTR, result
    words = {errno.ELOOP: "symbolic link"}.get(cause, os.strerror(cause))
    assert "warning" in result.err, result
    assert str(t.state) in result.err, result
    assert words in result.err, result


def run_all(t, prepare):
    kept = failed = 0
    prepare()
    for call, nth, cause in schedule(calls_of(t)):
        prepare()
        try:
            saved = survive(t, call, nth, cause)
        except AssertionError as reason:
            words = f"{call} number {nth}: {os.strerror(cause)}"
            raise AssertionError(f"{words}\n{reason}") from reason
        kept += saved
        failed += not saved
    prepare()
    result = list_tools(t)
    assert result.code == 0 and "warning" not in result.err, result
    kinds = sorted(path.suffix for path in t.state.iterdir())
    assert kinds == [".json", ".lock"], list(t.state.iterdir())
    print(f"     {kept + failed} failures: {kept} saved all the same, "
          f"{failed} said why not", flush=True)


@case
def any_call_may_fail_while_a_record_is_replaced_S_046_S_048(t):
    Sandbox(t).enter("m2m")
    list_tools(t)
    run_all(t, lambda: t.age(3700))


@case
def any_call_may_fail_while_a_record_is_made_S_046_S_048(t):
    def forget():
        for path in t.state.glob("*.json*"):
            path.unlink()

    Sandbox(t).enter("m2m")
    list_tools(t)
    run_all(t, forget)


if __name__ == "__main__":
    e2e.main()
