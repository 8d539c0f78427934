"""The API of the server: label map in, picture out, for programs.

It shares the model with the page. Errors are JSON with one sentence, ``{"error": "..."}``.
"""

import asyncio
from collections.abc import Coroutine
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ..errors import UserError, one_line
from ..version import __version__
from .api_calls import FILES, CallError, Parameters, read_call, sentence_of
from .api_model import ModelDescription, describe
from .api_pictures import CallPictures
from .api_reference import reference_page
from .layout_files import FormatError, TooLargeError
from .model_queue import BusyError
from .shared_state import SharedState

#: Where it is on the server.
API_PATH = '/api'
# A body that has not come by then is given up, as it holds a place in the queue.
RECEIVE_SECONDS = 30.0
# Of errors whose status is not 422.
_STATUS = {CallError: 400, TooLargeError: 413, FormatError: 415, BusyError: 503}
_DESCRIPTION = (
    'Sends label maps to a model and gets pictures. There is no authentication, and no encryption.'
)


class Problem(BaseModel):
    """What an answer that is none says."""

    error: str = Field(description='One sentence: what is wrong, where, and what to do')


class Health(BaseModel):
    """That the server is there."""

    status: str = 'ok'
    waiting: int = Field(description='Pictures that wait for their turn, of the page and the API')


_FILE = {'type': 'string', 'format': 'binary'}
_BODY = {
    'required': True,
    'content': {
        'multipart/form-data': {
            'schema': {
                'type': 'object',
                'required': ['layout'],
                'properties': {
                    **dict.fromkeys(FILES, _FILE),
                    **Parameters.model_json_schema()['properties'],
                },
            }
        },
        'application/octet-stream': {'schema': _FILE},
    },
}
_PROBLEMS = {
    400: 'The body is empty, or no form with a file `layout`',
    408: f'The body did not come within {RECEIVE_SECONDS:.0f} s',
    411: 'The length of the body is not said',
    413: 'Too many bytes or pixels',
    415: 'No picture of a format that is taken',
    422: 'A setting or a file that does not fit the model',
    503: 'The queue is full, or the server stops; `Retry-After` says when to try again',
}
_ANSWERS = {
    200: {
        'description': 'The picture; the header `Ecgan-Note` says where it may be poor, and why',
        'content': {'image/png': {'schema': _FILE}},
    },
    **{code: {'description': text, 'model': Problem} for code, text in _PROBLEMS.items()},
}


def build_api(shared: SharedState) -> FastAPI:
    """The application that answers below :data:`API_PATH`."""
    api = FastAPI(
        title='Pictures from layouts',
        description=_DESCRIPTION,
        version=__version__,
        servers=[{'url': API_PATH}],
        docs_url=None,
        redoc_url=None,
    )
    pictures = CallPictures(shared.inferencer)
    description = describe(pictures, shared.labels)

    @api.post(
        '/generate',
        responses=_ANSWERS,
        response_class=Response,
        openapi_extra={'requestBody': _BODY},
    )
    async def generate(request: Request, parameters: Annotated[Parameters, Query()]) -> Response:
        """Make the picture of a label map: its file as the body, or as `layout` of a form."""
        caller = request.client.host if request.client else ''
        with shared.queue.place(caller):
            call = await asyncio.wait_for(read_call(request, parameters), RECEIVE_SECONDS)
            pictures.check(call)
            work = shared.queue.call(caller, partial(pictures.make, call))
            made = await _unless_gone(request, work)
        headers = {'Content-Disposition': 'inline; filename="picture.png"'}
        if made.note:
            headers['Ecgan-Note'] = made.note
        return Response(made.content, media_type='image/png', headers=headers)

    @api.get('/model')
    async def model() -> ModelDescription:
        """Say what label maps of the model hold, and of which sizes they may be."""
        return description

    @api.get('/health', responses={503: {'description': 'It stops', 'model': Problem}})
    async def health() -> Health:
        """Say that the server is there."""
        if shared.queue.stopping:
            raise HTTPException(503, 'the server stops')
        return Health(waiting=shared.queue.waiting)

    page = reference_page(api.openapi())

    @api.get('/docs', include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page)

    _add_problems(api)
    return api


def no_api() -> FastAPI:
    """What answers in its place where there is none: the page would take the address for its."""
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @api.exception_handler(404)
    async def not_there(request: Request, error: Exception) -> JSONResponse:
        return problem(404, 'there is no API here: the server has to be started with --api')

    return api


def problem(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer that says what is wrong."""
    return JSONResponse({'error': sentence}, status, headers)


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Any]) -> Any:
    """Wait for work as long as the client does.

    Raises:
        ClientDisconnect: It went away.
    """
    answer = asyncio.ensure_future(work)
    # The body has been received: what comes now is the end of the connection.
    gone = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise ClientDisconnect
        return answer.result()
    finally:
        answer.cancel()
        gone.cancel()


def _add_problems(api: FastAPI) -> None:
    @api.exception_handler(UserError)
    async def on_user_error(request: Request, error: UserError) -> JSONResponse:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 422)
        busy = {'Retry-After': str(error.seconds)} if isinstance(error, BusyError) else None
        return problem(status, error.sentence, busy)

    @api.exception_handler(RequestValidationError)
    async def on_parameters(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, sentence_of(error.errors()))

    @api.exception_handler(HTTPException)
    async def on_http_error(request: Request, error: HTTPException) -> JSONResponse:
        sentence = error.detail
        if error.status_code in (404, 405):
            paths = ', '.join(API_PATH + path for path in api.openapi()['paths'])
            said = HTTPStatus(error.status_code).phrase.lower()
            sentence = f'{request.method} {request.url.path}: {said}; there are {paths}'
        return problem(error.status_code, sentence, error.headers)

    @api.exception_handler(asyncio.TimeoutError)
    async def on_timeout(request: Request, error: asyncio.TimeoutError) -> JSONResponse:
        return problem(408, f'the body did not come within {RECEIVE_SECONDS:.0f} s')

    @api.exception_handler(ClientDisconnect)
    async def on_gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # nobody reads it

    @api.exception_handler(Exception)
    async def on_defect(request: Request, error: Exception) -> JSONResponse:
        return problem(500, f'no picture: {one_line(error)}')
