"""What may stand between a client and its server."""

import select
import socket
import ssl
import subprocess
import threading


class Cutter:
    """Passes TCP on to a port, and cuts a connection once: when its answer
    holds the mark, behind the event that it is in, or `inside` it; or after so
    many bytes of answers.  What the server says after that is lost.  While it is
    `refusing`, a cut is followed by no other connection."""

    def __init__(self, case, port):
        self.port, self.inside, self.cuts = port, False, 0
        self.mark, self.left = None, None
        self.taken, self.refusing = 0, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.origin = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.open, self.threads = [], []
        self._start(self._accept)
        case.on_end(self.stop)

    def cut(self, mark, inside=False):
        self.mark, self.inside = mark.encode(), inside

    def cut_after(self, count):
        self.left = count

    def _start(self, work, *arguments):
        thread = threading.Thread(
            target=work, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(near)
            self.taken += 1
            if self.refusing and self.cuts:
                near.shutdown(socket.SHUT_RDWR)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                near.shutdown(socket.SHUT_RDWR)
                continue
            self.open.append(far)
            self._start(self._pass_on, near, far, None)
            self._start(self._pass_on, far, near, self)

    def _end_of_cut(self, data):
        """How much of data to pass on, or None: all, and more."""
        if self.left is not None:
            self.left -= len(data)
            return self.left + len(data) if self.left <= 0 else None
        at = data.find(self.mark) if self.mark else -1
        if at < 0:
            return None
        return at if self.inside else data.index(b"\n\n", at) + 2

    def _pass_on(self, source, to, cutter):
        try:
            while data := source.recv(1 << 16):
                end = self._end_of_cut(data) if cutter else None
                if end is not None:
                    self.mark = self.left = None
                    self.cuts += 1
                    to.sendall(data[:end])
                    break
                to.sendall(data)
        except OSError:
            pass
        for side in (source, to):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        for side in self.open:
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self.threads:
            thread.join()
        for side in (self.listener, *self.open):
            side.close()


class Veil:
    """TLS in front of a port that speaks none, by the certificate `ca`."""

    def __init__(self, case, port):
        self.port, self.ca = port, str(case.dir / "veil.pem")
        key = str(case.dir / "veil.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-keyout", key, "-out", self.ca, "-days", "2", "-subj",
             "/CN=veil", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, stderr=subprocess.DEVNULL)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.ca, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.origin = "https://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.threads, self.ends = [], []
        self.acceptor = threading.Thread(target=self._accept, daemon=True)
        self.acceptor.start()
        case.on_end(self.stop)

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            heard, end = socket.socketpair()
            self.ends.append(end)
            thread = threading.Thread(
                target=self._serve, args=(near, heard), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, near, heard):
        far = socket.create_connection(("127.0.0.1", self.port))
        with heard, far:
            try:
                with self.context.wrap_socket(near, server_side=True) as tls:
                    self._pass_on(tls, far, heard)
                    tls.settimeout(0)
                    tls.unwrap()  # sends the goodbye, and waits for none
            except OSError:
                pass

    @staticmethod
    def _pass_on(tls, far, heard):
        while True:
            ready, _, _ = select.select([tls, far, heard], [], [])
            if heard in ready:
                return
            for source, to in ((tls, far), (far, tls)):
                data = source.recv(1 << 16) if source in ready else None
                if data == b"":
                    return
                if data:
                    to.sendall(data)

    def goodbye(self):
        """Ends every connection, as TLS has it."""
        for end in self.ends:
            end.close()
        for thread in self.threads:
            thread.join()
        self.threads, self.ends = [], []

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.acceptor.join()
        self.listener.close()
        self.goodbye()


class Tunnel:
    """A proxy that is asked to connect (RFC 9110 9.3.6) to a name that it alone
    knows: it is this machine."""

    def __init__(self, case):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.asked, self.open, self.threads = [], [], []
        self._start(self._accept)
        case.on_end(self.stop)

    def _start(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(near)
            self._start(self._serve, near)

    def _serve(self, near):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = near.recv(4096)
            if not piece:
                return
            head += piece
        method, where, _ = head.split(b"\r\n")[0].decode().split()
        assert method == "CONNECT", head
        self.asked.append(where)
        port = int(where.rpartition(":")[2])
        far = socket.create_connection(("127.0.0.1", port))
        self.open.append(far)
        near.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        self._start(self._pass_on, far, near)
        self._pass_on(near, far)

    @staticmethod
    def _pass_on(source, to):
        try:
            while data := source.recv(1 << 16):
                to.sendall(data)
        except OSError:
            pass
        for side in (source, to):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self):
        for side in (self.listener, *self.open):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self.threads:
            thread.join()
        for side in (self.listener, *self.open):
            side.close()
