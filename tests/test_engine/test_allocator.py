import os
import platform
import subprocess
import sys

import pytest

SCRIPT = """
import resource
import torch
from projects.ecgan.engine.allocator import keep_freed_memory

torch.set_num_threads(1)
print(keep_freed_memory())
def work():
    torch.ones(16 * 2**20)  # 64 MiB
# Small blocks of the interpreter take pieces of what was freed, until there is room enough.
for _ in range(20):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(repo_root, **variables: str) -> tuple[bool, int]:
    result = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', SCRIPT],
        cwd=repo_root,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    taken, faults = result.stdout.split()[-2:]
    return taken == 'True', int(faults)


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='a setting of glibc')
def test_freed_memory_is_used_again_without_page_faults(repo_root):
    kept, few = page_faults(repo_root)
    left_alone, many = page_faults(repo_root, MALLOC_TRIM_THRESHOLD_='131072')
    assert kept and not left_alone
    # Huge pages make for few faults; without the setting there are some for each of 5 tensors.
    assert 4 * few < many
