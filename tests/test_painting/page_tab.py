"""The page to paint on as a user has it."""

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from projects.ecgan.datasets import SCENE_PALETTE

# From a copy: reading often from the canvas itself would change how the browser keeps it.
READ = """async (selector) => {
    await new Promise(requestAnimationFrame);
    const canvas = document.querySelector(selector);
    const { width, height } = canvas;
    const copy = Object.assign(document.createElement('canvas'), { width, height });
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    return [height, width, ...context.getImageData(0, 0, width, height).data];
}"""


def png(values: np.ndarray) -> bytes:
    """An array as the content of a PNG."""
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, 'PNG')
    return buffer.getvalue()


class Tab:
    """The page as a user has it, and what the browser says of it."""

    def __init__(self, context: Any, address: str) -> None:
        self.page = context.new_page()
        self.console: list[str] = []
        self.foreign: list[str] = []
        self.page.on('console', lambda message: self.console.append(message.text))
        self.page.on('pageerror', lambda error: self.console.append(str(error)))
        self.page.on('request', lambda request: self._note(request.url, address))
        self.page.set_default_timeout(20_000)
        self.page.goto(address)
        self.wait_for_picture()

    def _note(self, url: str, address: str) -> None:
        if not url.startswith((address, 'data:', 'blob:')):
            self.foreign.append(url)

    def wait_for_picture(self) -> None:
        self.page.wait_for_selector('.paint-main:not(.busy) img[src^="data:"]')

    def layout(self) -> np.ndarray:
        """Ids on the canvas; every pixel has exactly the colour of a class."""
        same = (self.canvas()[..., None, :] == np.array(SCENE_PALETTE)).all(-1)
        assert same.any(-1).all(), 'a colour of no class'
        return same.argmax(-1)

    def canvas(self, selector: str = '.layout-canvas canvas') -> np.ndarray:
        """RGB pixels of a canvas, all of which are opaque."""
        height, width, *values = self.page.evaluate(READ, selector)
        pixels = np.array(values, np.uint8).reshape(height, width, 4)
        assert (pixels[..., 3] == 255).all()
        return pixels[..., :3]

    def picture(self, name: str = '.paint-main') -> np.ndarray:
        source = self.page.locator(f'{name} img').first.get_attribute('src')
        content = base64.b64decode(source.partition(',')[2])
        return np.asarray(Image.open(io.BytesIO(content)))

    def until(self, told: Callable[[], bool]) -> None:
        """Wait for something that the server does."""
        for _ in range(200):
            if told():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError('it did not happen within ten seconds')

    def until_shown(self, layout: np.ndarray) -> None:
        self.until(lambda: np.array_equal(self.layout(), layout))

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel of the layout is on the page."""
        box = self.page.locator('.layout-canvas canvas').bounding_box()
        return box['x'] + (x + 0.5) / 64 * box['width'], box['y'] + (y + 0.5) / 64 * box['height']

    def stroke(self, *points: tuple[float, float]) -> None:
        """Paint with the mouse, and wait for the picture of it."""
        before = self.picture()
        self.page.mouse.move(*self.place(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.place(*point), steps=5)
        self.page.mouse.up()
        self.until(lambda: not np.array_equal(self.picture(), before))

    def choose(self, name: str) -> None:
        self.page.locator(f'.paint-label:has-text("{name}")').click()
        self.page.wait_for_selector(f'.paint-label[aria-pressed=true]:has-text("{name}")')

    def key(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        # What a key means is decided by the server.
        self.page.wait_for_timeout(300)

    def click(self, about: str) -> None:
        self.page.locator(f'[aria-label="{about}"]').click()

    def upload(self, name: str, content: bytes) -> None:
        file = dict(name=name, mimeType='image/png', buffer=content)
        self.page.locator('input[type=file]').set_input_files(file)
