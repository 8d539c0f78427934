"""The page: what is on it, and what happens when it is used."""

import base64
from collections.abc import Callable
from functools import partial
from pathlib import Path

from nicegui import ui
from nicegui.events import GenericEventArguments, KeyEventArguments, UploadEventArguments

from ..errors import UserError, one_line
from ..inference import Seeds
from .canvas import LayoutCanvas
from .label_set import TOOL_KEYS, Label
from .layout_files import MAX_BYTES, read_layout, write_layout
from .session import LayoutSession
from .shared_state import Rendering, SharedState

MAX_BRUSH = 128
# Of the first brush: this part of the layout's shorter side.
_FIRST_SIZE = 0.08
# Beyond this many labels the list has a field to search it.
_LONG_LIST = 20
_HELP = (
    ('1 2 3 ...', 'class'),
    ('B F', 'brush, fill'),
    ('[ ]', 'size'),
    ('Ctrl+Z', 'undo'),
    ('Ctrl+Y', 'redo'),
    ('arrows', 'move (Shift: by 8)'),
    ('space', 'paint'),
)


class PaintPage:
    """The page in one tab of a browser; the layout is that of the tab, and outlives a reload.

    Args:
        shared: What all pages share.
        user: Id of the tab.
        session: Its layout.
    """

    def __init__(self, shared: SharedState, user: str, session: LayoutSession) -> None:
        self.shared, self.user, self.session = shared, user, session
        self.client = ui.context.client
        self.scene = 0
        # Seed of the picture, and of classes drawn anew since.
        self.seed, self.anew = 0, {}
        self.rendering: Rendering | None = None
        self._label_buttons: dict[int, ui.element] = {}
        self.root = ui.element('main').classes('paint-page')
        with self.root:
            self._build_head()
            self._build_labels()
            self._build_canvas_panel()
            self._build_picture_panel()
        ui.keyboard(self._on_key, ignore=['input', 'select', 'textarea'])
        self._choose(shared.labels.labels[0])
        self._show()

    # What is on it -------------------------------------------------------------------------------

    def _build_head(self) -> None:
        with ui.element('header').classes('paint-head'):
            _text('h1', 'Paint a layout')
            _text(
                'span', f'and see what {Path(self.shared.inferencer.checkpoint).name} makes of it'
            )

    def _build_labels(self) -> None:
        labels = self.shared.labels.labels
        with ui.element('section').classes('paint-panel paint-labels'):
            _text('h2', 'Classes')
            if len(labels) > _LONG_LIST:
                search = ui.input(placeholder='search', on_change=lambda e: self._search(e.value))
                search.props('dense outlined clearable')
            with ui.element('div').classes('paint-list'):
                for label in labels:
                    self._build_label(label)

    def _build_label(self, label: Label) -> None:
        button = ui.element('button').classes('paint-label').props('aria-pressed=false')
        button.on('click', lambda: self._choose(label), args=[])
        with button:
            colour = '#{:02x}{:02x}{:02x}'.format(*label.colour)
            ui.element('i').style(f'background: {colour}')
            _text('b', label.name)
            if label.key:
                _text('kbd', label.key.upper())
        self._label_buttons[label.id] = button

    def _build_canvas_panel(self) -> None:
        with ui.element('section').classes('paint-panel paint-canvas'):
            with ui.element('div').classes('paint-row'):
                tools = {tool: tool.capitalize() for tool in TOOL_KEYS.values()}
                self.tool = ui.toggle(tools, value='brush', on_change=self._use_tool)
                self.tool.props('dense unelevated no-caps padding="4px 12px"')
                first = min(max(round(_FIRST_SIZE * min(self.session.ids.shape)), 1), MAX_BRUSH)
                self.size = ui.slider(min=1, max=MAX_BRUSH, value=first, on_change=self._use_size)
                self.size.classes('paint-size').props('dense aria-label="Size of the brush"')
                self.size_text = _text('span', '').classes('paint-note')
                ui.element('span').classes('push')
                self.undo = _button('undo', 'Undo (Ctrl+Z)', self._undo)
                self.redo = _button('redo', 'Redo (Ctrl+Y)', self._redo)
            self.canvas = LayoutCanvas(self.shared.labels.labels)
            self.canvas.on('stroke', self._on_stroke).on('fill', self._on_fill)
            self._use_size()
            self._build_files()
            with ui.element('div').classes('paint-help'):
                for keys, meaning in _HELP:
                    with ui.element('span'):
                        _text('kbd', keys)
                        _text('span', f' {meaning}')

    def _build_files(self) -> None:
        with ui.element('div').classes('paint-row paint-files'):
            _button('crop_din', 'Start anew: all of the chosen class', self._empty, 'Empty')
            if len(self.shared.scenes):
                _button('chevron_left', 'Previous layout of the data set', self._previous)
                self.scene_text = _text('span', '').classes('paint-note')
                _button('chevron_right', 'Next layout of the data set', self._next)
            else:
                why = _text('span', 'no data set').classes('paint-note')
                why.tooltip(self.shared.scenes.reason)
            ui.element('span').classes('push')
            self.upload = ui.upload(
                max_file_size=MAX_BYTES,
                auto_upload=True,
                on_upload=self._on_upload,
                on_rejected=lambda: _complain(
                    f'the file is refused: a label map has at most {MAX_BYTES // 2**20} MB'
                ),
            ).classes('hidden')
            pick = f'() => getElement({self.upload.id}).$refs.qRef.pickFiles()'
            _button('file_open', 'Open a label map', None, 'Open').on('click', js_handler=pick)
            _button('save_alt', 'Save the layout as a PNG of ids', self._save, 'Save')

    def _build_picture_panel(self) -> None:
        with ui.element('section').classes('paint-panel paint-picture'):
            with ui.element('div').classes('paint-row'):
                _text('h2', 'Picture')
                self.note = _text('span', '').classes('paint-note')
                ui.element('span').classes('push')
                if self.shared.inferencer.has_noise:
                    _button('casino', 'Another picture of the layout', self._another, 'Another')
                    _button('shuffle', 'Only the chosen class anew', self._class_anew, 'Class anew')
                _button('save_alt', 'Save the picture', self._save_picture, 'Save')
            with ui.element('div').classes('paint-shown'):
                with ui.element('div').classes('paint-main') as self.frame:
                    self.image = ui.element('img').props('alt="generated picture"')
                with ui.element('div').classes('paint-sides'):
                    self.sides = {}
                    for name, title in (('edge', 'edges'), ('coarse', 'coarse image')):
                        with ui.element('figure') as figure:
                            shown = ui.element('img').props(f'alt="generated {title}"')
                            _text('figcaption', title)
                        self.sides[name] = (figure, shown)

    # What it paints with -------------------------------------------------------------------------

    def _choose(self, label: Label) -> None:
        self.label = label
        for number, button in self._label_buttons.items():
            pressed = 'true' if number == label.id else 'false'
            if button.props['aria-pressed'] != pressed:
                button.props['aria-pressed'] = pressed
        self.canvas.use(label=label.id)

    def _search(self, text: str | None) -> None:
        for label in self.shared.labels.labels:
            found = (text or '').lower() in label.name.lower()
            self._label_buttons[label.id].set_visibility(found)

    def _use_tool(self) -> None:
        self.canvas.use(tool=self.tool.value)

    def _use_size(self) -> None:
        self.size_text.text = f'{self.size.value} px'
        self.canvas.use(size=self.size.value)

    async def _on_key(self, event: KeyEventArguments) -> None:
        if not event.action.keydown or event.modifiers.alt:
            return
        key = event.key.name.lower()
        if event.modifiers.ctrl or event.modifiers.meta:
            if key in ('z', 'y'):
                again = key == 'y' or event.modifiers.shift
                await (self._redo() if again else self._undo())
        elif key in ('[', ']'):
            value = self.size.value + (1 if key == ']' else -1)
            self.size.value = min(max(value, 1), self.size.props['max'])
        elif key in TOOL_KEYS:
            self.tool.value = TOOL_KEYS[key]
        elif label := self.shared.labels.of_key(key):
            self._choose(label)

    # What changes the layout ---------------------------------------------------------------------

    async def _on_stroke(self, event: GenericEventArguments) -> None:
        args = event.args
        await self._edit(args, lambda: self.session.paint(args['runs'], args['label']))

    async def _on_fill(self, event: GenericEventArguments) -> None:
        args = event.args
        await self._edit(args, lambda: self.session.fill(args['x'], args['y'], args['label']), True)

    async def _edit(self, args: dict, edit: Callable[[], bool], show: bool = False) -> None:
        """Do what the canvas tells; it shows a stroke itself, unless a change of ours crossed."""
        crossed = args['number'] != self.canvas.number
        try:
            changed = self.canvas.fits(args['number']) and edit()
        except UserError as error:
            _complain(error.sentence)
            changed, crossed = False, True
        if crossed or (show and changed):
            self.canvas.show(self.session.ids)
        if changed:
            await self.generate()

    async def _undo(self) -> None:
        await self._changed(self.session.undo())

    async def _redo(self) -> None:
        await self._changed(self.session.redo())

    async def _empty(self) -> None:
        await self._changed(self.session.replace(self.shared.empty(self.label.id)))

    async def _previous(self) -> None:
        await self._take_scene(self.scene - 1)

    async def _next(self) -> None:
        await self._take_scene(self.scene + 1)

    async def _take_scene(self, index: int) -> None:
        self.scene = index % len(self.shared.scenes)
        try:
            ids = self.shared.scenes.layout(self.scene)
        except UserError as error:
            _complain(error.sentence)
        else:
            await self._changed(self.session.replace(ids))

    async def _on_upload(self, event: UploadEventArguments) -> None:
        self.upload.reset()
        try:
            content = await event.file.read()
            ids = read_layout(content, event.file.name, self.shared.inferencer)
        except UserError as error:
            _complain(error.sentence)
        else:
            note = self.shared.inferencer.knowledge.size_note(ids.shape).partition(':')[0]
            if note:
                ui.notify(note, type='warning', multi_line=True, close_button='Close', timeout=8000)
            await self._changed(self.session.replace(ids))

    async def _changed(self, changed: bool) -> None:
        if changed:
            self._show()
            await self.generate()

    def _show(self) -> None:
        """Show the layout, which has another size perhaps."""
        ids = self.session.ids
        height, width = ids.shape
        self.root.style(f'--ratio: {width / height:.4f}')
        self.size.props['max'] = min(max(8, min(height, width) // 2), MAX_BRUSH)
        self.canvas.show(ids)
        if len(self.shared.scenes):
            self.scene_text.text = f'Scene {self.scene + 1} of {len(self.shared.scenes)}'

    # Which picture of it -------------------------------------------------------------------------

    async def _another(self) -> None:
        self.seed = self._next_seed()
        self.anew.clear()
        await self.generate()

    async def _class_anew(self) -> None:
        self.anew[self.label.id] = self._next_seed()
        await self.generate()

    def _next_seed(self) -> int:
        return max(self.seed, *self.anew.values(), 0) + 1

    def _seeds(self) -> Seeds | None:
        if self.shared.inferencer.has_noise:
            return Seeds(self.seed, tuple(self.anew.items()))
        return None

    # What comes of it ----------------------------------------------------------------------------

    async def generate(self) -> None:
        """Generate the picture of the layout as it is, and show it."""
        self.undo.set_enabled(self.session.can_undo)
        self.redo.set_enabled(self.session.can_redo)
        self.frame.classes('busy')
        ids = self.session.ids
        work = partial(self.shared.render, ids, self._seeds())
        try:
            made = await self.shared.queue.newest(self.user, work)
        except Exception as error:
            self.frame.classes(remove='busy')
            if not isinstance(error, UserError):
                _complain(f'no picture: {one_line(error)}')
                raise
            _complain(error.sentence)
            return
        # None: a newer request of this tab has taken the place of this one, and ends the waiting.
        if made is None or self.client.is_deleted:
            return
        self.rendering = made
        self.frame.classes(remove='busy')
        self.image.props['src'] = _url(made.image)
        for name, (figure, shown) in self.sides.items():
            content = getattr(made, name)
            figure.set_visibility(content is not None)
            shown.props['src'] = '' if content is None else _url(content)
        height, width = ids.shape
        self.note.text = f'{width} x {height}, enlarged smoothly, in {made.seconds:.2f} s'

    def _save(self) -> None:
        ui.download(write_layout(self.session.ids, self.shared.labels), 'layout.png')

    def _save_picture(self) -> None:
        if self.rendering is not None:
            ui.download(self.rendering.image, 'picture.png')


def _text(tag: str, text: str) -> ui.label:
    label = ui.label(text)
    label.tag = tag
    return label


def _button(icon: str, about: str, on_click: Callable | None, text: str = '') -> ui.button:
    button = ui.button(text, icon=icon, on_click=on_click)
    button.props(f'flat dense no-caps padding="4px 8px" aria-label="{about}"')
    return button.tooltip(about)


def _complain(sentence: str) -> None:
    ui.notify(sentence, type='negative', multi_line=True, close_button='Close', timeout=8000)


def _url(content: bytes) -> str:
    return 'data:image/png;base64,' + base64.b64encode(content).decode()
