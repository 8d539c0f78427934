import pytest
import torch
from ecgan_toys import build_model, make_batch
from torch.nn.utils import parametrize

from projects.ecgan.inference import prepare_for_inference
from projects.ecgan.models.layers import ParameterFreeBatchNorm


def build_trained(repo_root, **changes):
    """A generator with running statistics that matter, and a layout."""
    model = build_model(repo_root, **changes).eval()
    for module in model.generator.modules():
        if isinstance(module, ParameterFreeBatchNorm):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    return model.generator, model.data_preprocessor(make_batch())['inputs']['layout']


@pytest.fixture
def trained(repo_root):
    return build_trained(repo_root)


def test_same_images_with_nothing_left_to_normalise(trained):
    generator, layout = trained
    with torch.no_grad():
        expected = generator(layout)
        found = prepare_for_inference(generator)(layout)
    for name in ('image', 'coarse', 'edge'):
        torch.testing.assert_close(found[name], expected[name], atol=1e-5, rtol=1e-4)


def test_source_stays_as_it_was(trained):
    generator, layout = trained
    with torch.no_grad():
        before = generator(layout)['image']
        copy = prepare_for_inference(generator)
        prepare_for_inference(generator)
        after = generator(layout)['image']
    assert torch.equal(before, after)
    assert any(parametrize.is_parametrized(m) for m in generator.modules())
    assert not any(parametrize.is_parametrized(m) for m in copy.modules())
    assert not any(isinstance(m, ParameterFreeBatchNorm) for m in copy.modules())
    assert not any(p.requires_grad for p in copy.parameters())


def test_bfloat16_copy_is_close(trained):
    generator, layout = trained
    with torch.no_grad():
        expected = generator(layout)['image']
        found = prepare_for_inference(generator, torch.bfloat16)(layout)['image']
    assert found.dtype == torch.bfloat16
    assert (found.float() - expected).abs().mean() < 0.05 * expected.abs().mean()


@pytest.mark.parametrize('opening', [0.0, 0.7])
def test_a_gate_that_opens_is_in_the_copy(repo_root, opening):
    generator, layout = build_trained(
        repo_root, **{'generator.edge_transfer.opening': opening, 'generator.init_gain': 1.0}
    )
    with torch.no_grad():
        expected = generator(layout)
        folded = prepare_for_inference(generator)
        found = folded(layout)
        for name in ('image', 'coarse', 'edge'):
            torch.testing.assert_close(found[name], expected[name], atol=1e-5, rtol=1e-4)
        folded.edge_transfer.opening.fill_(1.0)
        assert (folded(layout)['coarse'] - expected['coarse']).abs().max() > 0.01
        low = prepare_for_inference(generator, torch.bfloat16)(layout)['coarse']
    assert low.dtype == torch.bfloat16
    assert (low.float() - expected['coarse']).abs().mean() < 0.05 * expected['coarse'].abs().mean()


def test_a_bilinear_trunk_is_in_the_copy(repo_root):
    changes = {'generator.init_gain': 1.0}
    papers, layout = build_trained(repo_root, **changes)
    generator, _ = build_trained(
        repo_root, **changes, **{'generator.trunk': dict(upsampling_mode='bilinear')}
    )
    generator.load_state_dict(papers.state_dict())
    with torch.no_grad():
        expected = generator(layout)
        found = prepare_for_inference(generator)(layout)
        for name in ('image', 'coarse', 'edge'):
            torch.testing.assert_close(found[name], expected[name], atol=1e-5, rtol=1e-4)
        assert (papers(layout)['image'] - expected['image']).abs().max() > 0.01
