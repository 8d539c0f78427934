"""The text of a config is laid out once."""

from types import SimpleNamespace

from mmengine.config import Config

from projects.ecgan.compat import config_layout


def test_a_text_is_formatted_once_and_another_anew() -> None:
    asked = []

    def format_code(text: str, style_config: dict, verify: bool = False) -> tuple[str, bool]:
        asked.append(text)
        return f'{text} {len(asked)}', True

    module = SimpleNamespace(FormatCode=format_code)
    config_layout._patch(module)
    style = {'based_on_style': 'pep8'}
    texts = [module.FormatCode(each, style_config=style)[0] for each in ('a', 'b', 'a')]
    assert texts == ['a 1', 'b 2', 'a 1']
    assert module.FormatCode('a', style_config={}) == ('a 3', True)
    assert module.FormatCode('a', style_config=style, verify=True) == ('a 4', True)
    # It keeps the newest ones only.
    for number in range(config_layout._MOST):
        module.FormatCode(str(number), style_config=style)
    assert module.FormatCode('b', style_config=style)[0] == f'b {len(asked)}'


def test_what_is_wrong_is_asked_again() -> None:
    def refuse(text: str) -> None:
        raise SyntaxError(text)

    module = SimpleNamespace(FormatCode=refuse)
    config_layout._patch(module)
    for _ in range(2):
        try:
            module.FormatCode('a =')
        except SyntaxError as error:
            assert error.msg == 'a ='
        else:
            raise AssertionError


def test_a_changed_config_has_a_changed_text() -> None:
    cfg = Config(dict(model=dict(type='A', width=16)))
    first = cfg.pretty_text
    cfg.model.width = 32
    assert 'width=16' in first and 'width=32' in cfg.pretty_text


def test_where_it_is_imported_late_its_own_module_is_asked(monkeypatch) -> None:
    patched = {}
    monkeypatch.setattr(config_layout, 'when_imported', patched.__setitem__)
    config_layout._patch(SimpleNamespace())
    assert patched == {'yapf.yapflib.yapf_api': config_layout._patch}
