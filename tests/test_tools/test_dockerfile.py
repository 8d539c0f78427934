"""The Dockerfile, as far as it goes without Docker: its commands are those of this project."""

import json
import re

from projects.ecgan.commands import paint


def test_what_the_image_starts_is_a_command_with_a_health(repo_root):
    text = (repo_root / 'tools' / 'docker' / 'Dockerfile').read_text()
    joined = text.replace('\\\n', ' ')
    (entry,), (command,) = (
        [json.loads(found) for found in re.findall(rf'^{word} (\[.*\])$', joined, re.MULTILINE)]
        for word in ('ENTRYPOINT', 'CMD')
    )
    assert entry[:2] == ['ecgan', 'paint']
    args = paint.build_parser().parse_args([*entry[2:], *command])
    assert (args.checkpoint, args.api, args.host) == ('scenes', True, '0.0.0.0')
    assert f'EXPOSE {args.port}\n' in text
    (health,) = re.findall(r'^HEALTHCHECK .* CMD (\[.*\])$', joined, re.MULTILINE)
    assert f'http://127.0.0.1:{args.port}/api/health' in json.loads(health)[2]
    compile(json.loads(health)[2], 'health', 'exec')
    last = text.rpartition('\nFROM ')[2]
    assert re.search(r'^USER 10001$', last, re.MULTILINE)


def test_what_it_takes_from_the_checkout_is_there(repo_root):
    text = (repo_root / 'tools' / 'docker' / 'Dockerfile').read_text()
    for name in set(re.findall(r'requirements/[\w.]+', text)):
        assert (repo_root / name).is_file(), name
    ignored = (repo_root / 'tools' / 'docker' / 'Dockerfile.dockerignore').read_text().split()
    assert not {'configs', 'ecgan', 'projects', 'requirements', 'README.md'} & set(ignored)
