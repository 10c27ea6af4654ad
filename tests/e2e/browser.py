"""A login in a real browser: headless Chromium, started by BROWSER."""

import shutil

import e2e
from e2e import case
from servers import Sandbox, free_port

QUIET = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
         "--disable-background-networking --disable-component-update "
         "--disable-sync --window-size=800,600")


def write_browser(t):
    """A script that lets Chromium open $1 once, and keeps what it showed."""
    chromium = shutil.which("chromium")
    if not chromium:
        raise e2e.Skip("no chromium here; ./dev test installs it")
    picture = e2e.build_directory() / "tests" / f"{t.name}.png"
    picture.parent.mkdir(exist_ok=True)
    picture.unlink(missing_ok=True)
    script = t.write("browser", f"""#!/bin/sh
        cd {t.dir}
        exec >chromium.log 2>&1
        export HOME={t.dir}/profile
        {chromium} {QUIET} --user-data-dir={t.dir}/profile \\
            --virtual-time-budget=5000 --screenshot={picture} \\
            --dump-dom "$1" >page.new
        mv page.new page.html
        """, 0o700)
    return script, picture


@case
def seed_34_a_login_in_chromium_S_039(t):
    redirect = f"http://localhost:{free_port()}"
    sandbox = Sandbox(t, redirects=[redirect]).enter("interactive")
    script, picture = write_browser(t)
    t.use({"BROWSER": str(script)})
    t.start("login").finish(0)
    assert sandbox.grants() == ["authorization_code"]
    e2e.wait_for_orphans()
    page = (t.dir / "page.html").read_text()
    assert "<h1>You are logged in</h1>" in page, page
    assert picture.read_bytes().startswith(b"\x89PNG")


@case
def seed_34_a_page_for_a_login_that_was_refused(t):
    redirect = f"http://localhost:{free_port()}"
    sandbox = Sandbox(t, "refused-login",
                      redirects=[redirect]).enter("interactive")
    script, _ = write_browser(t)
    t.use({"BROWSER": str(script)})
    t.start("login").finish(4)
    e2e.wait_for_orphans()
    page = (t.dir / "page.html").read_text()
    assert "<h1>The login did not work</h1>" in page, page
    assert "access_denied" not in page, "nothing of a request is shown"
    assert not sandbox.grants()


if __name__ == "__main__":
    e2e.main()
