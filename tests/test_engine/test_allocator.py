import platform
import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys
import torch
from projects.ecgan.engine.allocator import keep_freed_memory

torch.set_num_threads(1)
if sys.argv[1] == 'keep':
    assert keep_freed_memory()
def work():
    torch.ones(2 * 2**20)  # 8 MiB
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(repo_root, mode: str) -> int:
    result = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', SCRIPT, mode],
        cwd=repo_root,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(result.stdout.split()[-1])


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='a setting of glibc')
def test_freed_memory_is_used_again_without_page_faults(repo_root):
    # Huge pages make for few faults; without the setting there are some for each of 20 tensors.
    assert 4 * page_faults(repo_root, 'keep') < page_faults(repo_root, 'default')
