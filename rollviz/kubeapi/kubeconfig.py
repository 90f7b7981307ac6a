"""The file that leads kubectl to a desk: with the desk's key for its presenter, with a key that only reads for everybody else."""

from django.http import HttpRequest, HttpResponse

from rollviz.rooms.keys import presenter_key, viewer_key
from rollviz.rooms.registry import registry
from simulation.api.documents import write

from .answers import not_allowed
from .views import answered


@answered
async def download(request: HttpRequest, desk: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        raise not_allowed()
    room = await registry.open(desk)
    key = presenter_key(request, room.desk) or viewer_key(room.desk.id)
    text = write(config(request.build_absolute_uri(f"/k8s/{desk}-{key}"), f"rollviz-{desk}"))
    headers = {"Content-Disposition": f'attachment; filename="rollviz-{desk}.yaml"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/yaml", headers=headers)


def config(server: str, name: str) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": name, "user": {}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "default"}}],
        "current-context": name,
    }
