"""A terminal for tests: what a program writes to it, and what is then on its screen."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import termios
import threading
import time

COLUMNS = 200


class Terminal:
    """A pseudo-terminal, and what a user sees on it."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack('HHHH', 50, COLUMNS, 0, 0))
        self._bytes = b''
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        with contextlib.suppress(OSError):  # EIO when the last writer has gone
            while chunk := os.read(self.master, 65536):
                self._bytes += chunk

    @property
    def text(self):
        return self._bytes.decode(errors='replace').removesuffix('\0')

    @contextlib.contextmanager
    def as_stdout(self):
        with open(os.dup(self.slave), 'w', buffering=1) as file, contextlib.redirect_stdout(file):
            yield file

    def wait_for(self, text, seconds=60):
        for _ in range(seconds * 100):
            if text in self.text:
                return
            time.sleep(0.01)
        raise TimeoutError(text)

    def lines(self):
        """The lines on the screen."""
        os.write(self.slave, b'\0')  # after everything that others wrote
        while not self._bytes.endswith(b'\0'):
            time.sleep(0.01)
        lines, row, column = [''], 0, 0
        for token in re.findall(r'\x1b\[[?\d;]*[A-Za-z]|[\r\n]|[^\r\n\x1b]+', self.text):
            if token == '\r':
                column = 0
            elif token == '\n':
                row += 1
                lines += [''] * (row + 1 - len(lines))
            elif token.endswith('A') and token.startswith('\x1b'):
                row -= int(token[2:-1])
            elif token == '\x1b[2K':
                lines[row] = ''
            elif not token.startswith('\x1b'):
                line = lines[row].ljust(column)
                lines[row] = line[:column] + token + line[column + len(token) :]
                column += len(token)
        return [line.rstrip() for line in lines if line.strip()]

    @property
    def cursor_is_hidden(self):
        return self.text.rfind('\x1b[?25l') > self.text.rfind('\x1b[?25h')
