"""The notebook runs over the demo city, and its page needs no network."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from django.conf import settings
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Browser
from traitlets.config import PyFileConfigLoader

NOTEBOOKS = settings.BASE_DIR / "notebooks"
DOCS = settings.BASE_DIR / "docs" / "notebooks.md"
ALL = sorted(NOTEBOOKS.glob("*.ipynb"))
# What a notebook names in the city's language.
WORDS = {
    "01_city": r"Жилой|дом", "02_hotspots": r"Водопровод", "03_yard_queue": r"В очереди",
}  # fmt: skip
OUTSIDE = re.compile(r"""(?:src|href)=["']?(?:https?:)?//[^"' >]+""")


@pytest.fixture(scope="module", params=ALL, ids=lambda path: path.stem)
def executed(request, demo_city_database) -> nbformat.NotebookNode:
    """A notebook, run from the first cell to the last in a process of its own."""
    notebook = nbformat.read(request.param, as_version=4)
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    )  # fmt: skip
    return client.execute(env={**demo_city_database.environ, "CITYMAP_LANGUAGE": "ru"})


@pytest.fixture(scope="module")
def exported(executed, tmp_path_factory) -> Path:
    """Its page, exported with the configuration that lies beside it."""
    config = PyFileConfigLoader("jupyter_nbconvert_config.py", path=str(NOTEBOOKS)).load_config()
    page, _resources = HTMLExporter(config=config).from_notebook_node(executed)
    path = tmp_path_factory.mktemp("pages") / "notebook.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_the_command_of_the_docs_makes_a_page_that_needs_no_network(tmp_path):
    """As written there, only that nothing is executed."""
    line = re.search(r"^(\S+/)?jupyter (nbconvert .*)$", DOCS.read_text("utf-8"), re.MULTILINE)
    arguments = [word for word in line[2].split() if word != "--execute"]
    run = subprocess.run(
        [sys.executable, "-m", "jupyter", *arguments, "--output-dir", str(tmp_path)],
        cwd=NOTEBOOKS, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    (page,) = tmp_path.glob("*.html")
    assert not OUTSIDE.search(page.read_text("utf-8"))


def texts(notebook: nbformat.NotebookNode) -> str:
    """All plain text that the cells put out."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(output.get("data", {}).get("text/plain", "") for output in outputs)


@pytest.mark.slow
def test_every_cell_runs_without_a_word_on_stderr(executed):
    for cell in executed.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text


@pytest.mark.slow
def test_figures_and_maps_are_there(executed, request):
    kinds = [
        set(output.get("data", ())) for cell in executed.cells for output in cell.get("outputs", ())
    ]

    assert sum("image/png" in found for found in kinds) >= 4
    assert (
        sum("folium" in cell.source or "offline_map" in cell.source for cell in executed.cells) >= 2
    )
    said = texts(executed)
    name = request.node.callspec.params["executed"].stem
    assert re.search(WORDS.get(name, WORDS["01_city"]), said), "labels are in the city's language"
    assert re.search(r"mean\s+\d", said)


@pytest.mark.slow
@pytest.mark.e2e
def test_the_page_opens_without_a_network(exported, browser: Browser):
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    page = context.new_page()
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: wrong.append(request.url[:200]))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))

    page.goto(exported.as_uri())
    maps = page.locator("iframe")
    assert maps.count() == 2
    for number in range(2):
        frame = maps.nth(number)
        frame.scroll_into_view_if_needed()
        inside = frame.content_frame
        inside.locator(".leaflet-container").wait_for()
        inside.locator(".leaflet-control-layers-overlays label").first.wait_for()
        painted = inside.locator("canvas.leaflet-zoom-animated").first.evaluate(
            """canvas => {
                const at = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                let seen = 0;
                for (let i = 3; i < at.data.length; i += 4) if (at.data[i] > 0) seen += 1;
                return seen / (canvas.width * canvas.height);
            }"""
        )
        assert painted > 0.005, "the map is empty"

    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
    context.close()


@pytest.mark.slow
def test_the_page_names_no_other_host_to_load_from(exported):
    text = re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,", exported.read_text(encoding="utf-8"))

    loaded = [found for found in OUTSIDE.findall(text) if "<a " not in found]
    assert [found for found in loaded if found.startswith("src")] == []
