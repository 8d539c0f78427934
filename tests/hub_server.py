"""A hub of models in a process of its own, for the real huggingface_hub to talk with.

No hub server can be installed from a package index (hf-local-hub's is a Go binary that its wheel
leaves out; olah serves, but takes no uploads). This one speaks that part of the hub's interface
which the library's client uses for models: its requests are the library's own, and the library
checks every answer (``_validate_preupload_info``, ``_validate_batch_actions``,
``hf_raise_for_status`` with ``X-Error-Code``). Uploads go by LFS and as commits of NDJSON.

``python hub_server.py`` prints its address. Of users there is one, whose token is TOKEN; names that
begin with ``secret-`` are private, ``gated-`` is gated.
"""

import base64
import hashlib
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import yaml

TOKEN = 'hf_tests'
BIG = ('.safetensors', '.png')
# Repository -> revision -> path -> content. A commit is a revision, too.
REPOSITORIES: dict[str, dict[str, dict[str, bytes]]] = {}
OBJECTS: dict[str, bytes] = {}
_REPO = r'(?P<repo>[\w.-]+/[\w.-]+)'
ROUTES = {
    ('POST', r'/api/repos/create'): 'create',
    ('POST', r'/api/validate-yaml'): 'validate',
    ('POST', rf'/api/models/{_REPO}/preupload/(?P<revision>.+)'): 'preupload',
    ('POST', rf'/api/models/{_REPO}/commit/(?P<revision>.+)'): 'commit',
    ('POST', rf'/{_REPO}\.git/info/lfs/objects/batch'): 'batch',
    ('PUT', r'/objects/(?P<oid>\w+)'): 'put',
    ('GET', rf'/api/models/{_REPO}/refs'): 'refs',
    ('GET', rf'/api/models/{_REPO}/tree/(?P<revision>.+)'): 'tree',
    ('GET', rf'/api/models/{_REPO}(/revision/(?P<revision>.+))?'): 'info',
    ('GET', rf'/{_REPO}/resolve/(?P<revision>[^/]+)/(?P<path>.+)'): 'resolve',
}


def commit_id(files: dict[str, bytes]) -> str:
    names = json.dumps({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})
    return hashlib.sha1(names.encode()).hexdigest()


class Hub(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self) -> None:
        method = 'GET' if self.command == 'HEAD' else self.command
        path = urlsplit(self.path).path
        length = int(self.headers.get('Content-Length') or 0)
        self.body = self.rfile.read(length)
        self.is_known = self.headers.get('Authorization') == f'Bearer {TOKEN}'
        for (wanted, pattern), name in ROUTES.items():
            match = re.fullmatch(pattern, path)
            if wanted == method and match:
                found = {key: unquote(value or 'main') for key, value in match.groupdict().items()}
                return getattr(self, name)(**found)
        self.answer(404, {'error': f'no route {method} {path}'})

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815

    def answer(self, status: int, content: dict | list | bytes = b'', **headers: str) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        if not isinstance(content, bytes):
            self.send_header('Content-Type', 'application/json')
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(data)

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, {'error': code}, X_Error_Code=code, X_Error_Message=code)

    def opened(self, repo: str, revision: str = 'main') -> dict[str, bytes] | None:
        """The files of a revision; answers and returns None where there are none to be had."""
        if 'gated-' in repo and not self.is_known:
            return self.refuse(403, 'GatedRepo')
        if repo not in REPOSITORIES or ('secret-' in repo and not self.is_known):
            return self.refuse(404 if self.is_known else 401, 'RepoNotFound')
        if revision not in REPOSITORIES[repo]:
            return self.refuse(404, 'RevisionNotFound')
        return REPOSITORIES[repo][revision]

    def may_write(self) -> bool:
        if not self.is_known:
            self.answer(401, {'error': 'Invalid user token.'})
        return self.is_known

    def create(self) -> None:
        if not self.may_write():
            return
        wanted = json.loads(self.body)
        repo = f'{wanted.get("organization") or "me"}/{wanted["name"]}'
        url = f'{self.server.address}/{repo}'
        is_new = repo not in REPOSITORIES
        REPOSITORIES.setdefault(repo, {'main': {}})
        self.answer(200 if is_new else 409, {'url': url, 'name': repo, 'id': repo})

    def validate(self) -> None:
        text = json.loads(self.body)['content']
        head = re.match(r'---\n(.*?)\n---', text, re.DOTALL)
        values = yaml.safe_load(head[1]) if head else None
        errors = [] if isinstance(values, dict) and values.get('license') else ['no license']
        messages = [{'message': each} for each in errors]
        self.answer(400 if errors else 200, {'errors': messages, 'warnings': []})

    def preupload(self, repo: str, revision: str) -> None:
        if self.opened(repo, revision) is not None:
            files = [
                {
                    'path': each['path'],
                    'uploadMode': 'lfs' if each['path'].endswith(BIG) else 'regular',
                    'shouldIgnore': False,
                }
                for each in json.loads(self.body)['files']
            ]
            self.answer(200, {'files': files})

    def batch(self, repo: str) -> None:
        if self.may_write():
            objects = [
                {
                    **{key: each[key] for key in ('oid', 'size')},
                    'actions': {'upload': {'href': f'{self.server.address}/objects/{each["oid"]}'}},
                }
                for each in json.loads(self.body)['objects']
            ]
            self.answer(200, {'transfer': 'basic', 'objects': objects})

    def put(self, oid: str) -> None:
        if hashlib.sha256(self.body).hexdigest() != oid:
            return self.answer(400, {'error': 'another SHA-256'})
        OBJECTS[oid] = self.body
        self.answer(200)

    def commit(self, repo: str, revision: str) -> None:
        if not self.may_write() or (files := self.opened(repo, revision)) is None:
            return
        files = dict(files)
        for line in map(json.loads, self.body.splitlines()):
            value = line['value']
            if line['key'] == 'lfsFile':
                files[value['path']] = OBJECTS[value['oid']]
            elif line['key'] == 'file':
                files[value['path']] = base64.b64decode(value['content'])
        commit = commit_id(files)
        REPOSITORIES[repo] |= {revision: files, commit: files}
        url = f'{self.server.address}/{repo}/commit/{commit}'
        self.answer(200, {'commitUrl': url, 'commitOid': commit})

    def refs(self, repo: str) -> None:
        if self.opened(repo) is not None:
            branches = [
                {'name': name, 'ref': f'refs/heads/{name}', 'targetCommit': commit_id(files)}
                for name, files in REPOSITORIES[repo].items()
                if not re.fullmatch(r'[0-9a-f]{40}', name)
            ]
            self.answer(200, {'branches': branches, 'tags': [], 'converts': []})

    def tree(self, repo: str, revision: str) -> None:
        if (files := self.opened(repo, revision)) is not None:
            entries = [
                {'type': 'file', 'path': name, 'size': len(data), 'oid': commit_id({name: data})}
                for name, data in files.items()
            ]
            self.answer(200, entries)

    def info(self, repo: str, revision: str) -> None:
        if (files := self.opened(repo, revision)) is not None:
            siblings = [{'rfilename': name} for name in files]
            self.answer(200, {'id': repo, 'sha': commit_id(files), 'siblings': siblings})

    def resolve(self, repo: str, revision: str, path: str) -> None:
        if (files := self.opened(repo, revision)) is None:
            return
        if path not in files:
            return self.refuse(404, 'EntryNotFound')
        etag = hashlib.sha256(files[path]).hexdigest()
        self.answer(
            200, files[path], ETag=f'"{etag}"', X_Repo_Commit=commit_id(files), Accept_Ranges='none'
        )


def main() -> None:
    server = ThreadingHTTPServer(('127.0.0.1', 0), Hub)
    server.address = f'http://127.0.0.1:{server.server_port}'
    print(server.address, flush=True)
    server.serve_forever()


if __name__ == '__main__':
    main()
