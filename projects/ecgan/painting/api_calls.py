"""What a caller of the API sends: label map, instance map and settings, bounded and checked."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from ..errors import UserError
from ..inference.inferencer import SIZES

#: Parts of a form that are files.
FILES = ('layout', 'instances')
#: What can be asked for.
OUTPUTS = ('image', 'coarse', 'edge', 'layout')
_MOST_SEED = 2**63 - 1
# More than there are: one too many is told by its name.
_MOST_PARTS = 8


class CallError(UserError):
    """A request that is not put together as it should be."""


class ParameterError(UserError):
    """A setting that there is not, or of a value that it cannot have."""


class Parameters(BaseModel):
    """Settings of a picture, in the address or, of a form, as its fields."""

    model_config = ConfigDict(extra='forbid')

    seed: int | None = Field(
        None,
        ge=0,
        le=_MOST_SEED,
        description='Which of the many pictures of a layout (0 where none is given); models with '
        'noise only',
    )
    sizes: Literal[SIZES] = Field(
        'pad',
        description='What happens to a label map of a size that the network cannot take: `pad` '
        'continues its border and cuts the picture back, `refuse` is an error; `resize` brings '
        'every map to the size of the training, which is then that of the picture',
    )
    output: Literal[OUTPUTS] = Field(
        'image',
        description='The picture, the coarse image or the edges (where the model has them), or '
        'the label map in the colours of its classes',
    )


@dataclass(frozen=True)
class Call:
    """A request for a picture.

    Attributes:
        parameters: Its settings.
        layout: File of the label map.
        instances: File of the instance map, None for the regions of the classes.
    """

    parameters: Parameters
    layout: bytes
    instances: bytes | None = None


async def read_call(request: Request, in_address: Parameters) -> Call:
    """Read the body of a request: a form, or a label map as it is.

    Args:
        request: The request; its length is bounded already.
        in_address: The settings in its address.

    Raises:
        CallError: There is no file, or one of another name.
        ParameterError: A field is no setting, or is in the address as well.
        HTTPException: The form is broken.
    """
    if not request.headers.get('content-type', '').startswith('multipart/form-data'):
        content = await request.body()
        if not content:
            raise CallError('there is no label map: send its file as the body, or as `layout` of a '
                            'form')  # fmt: skip
        return Call(in_address, content)
    files: dict[str, bytes] = {}
    fields: dict[str, Any] = in_address.model_dump(exclude_unset=True)
    async with request.form(max_files=_MOST_PARTS, max_fields=_MOST_PARTS) as form:
        for name, value in form.multi_items():
            # What a form in a browser leaves empty is sent as well.
            is_file = isinstance(value, UploadFile)
            if not (value.filename or value.size if is_file else value):
                continue
            if name in files or name in fields:
                raise ParameterError(f'{name} is given twice')
            if is_file:
                files[_file(name)] = await value.read()
            elif name in FILES:
                raise CallError(f'{name} is text, not a file; with curl: -F {name}=@FILE')
            else:
                fields[name] = value
    if 'layout' not in files:
        raise CallError('the form has no file `layout`; with curl: -F layout=@FILE')
    try:
        parameters = Parameters.model_validate(fields)
    except ValidationError as error:
        raise ParameterError(sentence_of(error.errors())) from error
    return Call(parameters, files['layout'], files.get('instances'))


def sentence_of(errors: list[dict[str, Any]]) -> str:
    """What pydantic found wrong with settings, the first of it, in a sentence."""
    first = errors[0]
    name, value = first['loc'][-1], first.get('input')
    if first['type'] == 'extra_forbidden':
        return f'there is no setting {name!r}: {", ".join(Parameters.model_fields)}'
    message = first['msg'].removeprefix('Input ')
    return f'{name}={value!r}: {message[:1].lower()}{message[1:]}'


def _file(name: str) -> str:
    if name not in FILES:
        raise CallError(f'there is no file {name!r} to send: {", ".join(FILES)}')
    return name
