"""The API's reference as a page of plain HTML: nothing is loaded from elsewhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff; }}
code, pre {{ font: 14px/1.5 ui-monospace, monospace; background: #f3f4f6; border-radius: 4px; }}
code {{ padding: 0 4px; }} pre {{ padding: 12px; overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: 4px 12px 4px 0;
  border-bottom: 1px solid #ddd; }}
td:first-child {{ width: 11rem; }}
h2 {{ margin-top: 2.5rem; }} h2 code {{ font-size: inherit; }}
</style></head><body>
<h1>{title}</h1>
<p>{description} The same for programs: <a href="openapi.json">openapi.json</a>.</p>
<pre>{curl}</pre>
<h2>Try it</h2>
<form action="generate" method="post" enctype="multipart/form-data">
{form}<p><button>Generate</button></p>
</form>
{operations}
</body></html>
"""
_CURL = 'curl --fail-with-body -F layout=@layout.png ADDRESS/api/generate -o picture.png'


def reference_page(openapi: dict[str, Any]) -> str:
    """The page of an OpenAPI description.

    Args:
        openapi: The description, as FastAPI makes it.
    """
    body = openapi['paths']['/generate']['post']['requestBody']['content']
    fields = body['multipart/form-data']['schema']['properties']
    operations = [
        _operation(openapi, method, path, each)
        for path, methods in openapi['paths'].items()
        for method, each in methods.items()
    ]
    return _PAGE.format(
        title=escape(openapi['info']['title']),
        description=_text(openapi['info']['description']),
        curl=escape(_CURL),
        form=''.join(_fields(fields)),
        operations='\n'.join(operations),
    )


def _operation(openapi: dict, method: str, path: str, each: dict[str, Any]) -> str:
    parameters = [
        (f'<code>{escape(one["name"])}</code>', _text(one.get('description', '')))
        for one in each.get('parameters', ())
    ]
    answers = [(code, _text(one['description'])) for code, one in each['responses'].items()]
    schema = each['responses']['200']['content'].get('application/json', {}).get('schema', {})
    return (
        f'<h2><code>{method.upper()} /api{escape(path)}</code></h2>'
        f'<p>{_text(each.get("description", ""))}</p>'
        + _table('Setting', parameters)
        + _table('Status', answers)
        + _table('Answer', _properties(openapi, schema))
    )


def _properties(openapi: dict, schema: dict[str, Any]) -> list[tuple[str, str]]:
    """Keys of a JSON answer, those of an inner object behind a dot."""
    if '$ref' in schema:
        schema = openapi['components']['schemas'][schema['$ref'].rpartition('/')[2]]
    rows = []
    for name, each in schema.get('properties', {}).items():
        rows.append((f'<code>{escape(name)}</code>', _text(each.get('description', ''))))
        inner = _properties(openapi, each.get('items', each))
        rows += [(key.replace('<code>', f'<code>{escape(name)}.'), text) for key, text in inner]
    return rows


def _fields(fields: dict[str, dict[str, Any]]) -> Iterator[str]:
    for name, each in fields.items():
        if each.get('format') == 'binary':
            control = f'<input type="file" name="{name}">'
        elif 'enum' in each:
            options = ''.join(f'<option>{escape(value)}</option>' for value in each['enum'])
            control = f'<select name="{name}">{options}</select>'
        else:
            control = f'<input name="{name}">'
        yield f'<p><label>{name} {control}</label></p>\n'


def _table(head: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ''
    lines = ''.join(f'<tr><td>{first}</td><td>{second}</td></tr>' for first, second in rows)
    return f'<table><tr><th>{head}</th><th></th></tr>{lines}</table>'


def _text(markdown: str) -> str:
    """Text whose code is between backticks."""
    parts = escape(markdown).split('`')
    return ''.join(
        f'<code>{part}</code>' if index % 2 else part for index, part in enumerate(parts)
    )
