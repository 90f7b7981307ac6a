"""What a container has written, and the part of it that the log subresource gives: the kubelet's rules, in the API server's words.

Models pkg/registry/core/pod/strategy.go (LogLocation), pkg/apis/core/validation (ValidatePodLogOptions), pkg/kubelet/kubelet_pods.go
(validateContainerLogStatus) and cri-client/pkg/logs (v1.36). Nothing runs in these containers: a start, a crash, an end are what there
is to tell.
"""

from simulation.api.errors import CAUSES, FORBIDDEN, INVALID, FieldError, StatusError, bad_request, go_quote
from simulation.nodes import host_ip
from simulation.objects import ContainerStatus, Machine, Pod, Record, Time
from simulation.stages import split

Line = tuple[Time, str]
"""When a line was written, in seconds, and the line."""

NOT_NEGATIVE, POSITIVE = "must be greater than or equal to 0", "must be greater than 0"


class LogOptions(Record):
    """PodLogOptions. `since_time` in seconds of the simulated clock."""

    container: str = ""
    previous: bool = False
    since_seconds: int | None = None
    since_time: Time | None = None
    tail_lines: int | None = None
    limit_bytes: int | None = None


def check_options(name: str, options: LogOptions) -> None:
    """Raises the API's 422."""
    errors = []
    if options.tail_lines is not None and options.tail_lines < 0:
        errors.append(FieldError(INVALID, "tailLines", options.tail_lines, NOT_NEGATIVE))
    if options.limit_bytes is not None and options.limit_bytes < 1:
        errors.append(FieldError(INVALID, "limitBytes", options.limit_bytes, POSITIVE))
    if options.since_seconds is not None and options.since_time is not None:
        errors.append(FieldError(FORBIDDEN, "", detail="at most one of `sinceTime` or `sinceSeconds` may be specified"))
    elif options.since_seconds is not None and options.since_seconds < 1:
        errors.append(FieldError(INVALID, "sinceSeconds", options.since_seconds, POSITIVE))
    if errors:
        said = str(errors[0]) if len(errors) == 1 else f"[{', '.join(map(str, errors))}]"
        causes = [(CAUSES[error.type], error.field, error.body) for error in errors]
        about = {"name": name, "kind": "PodLogOptions"}
        raise StatusError(422, "Invalid", f'PodLogOptions "{name}" is invalid: {said}', causes, details=about)


def container_of(pod: Pod, wanted: str) -> str:
    """The container that is meant. Raises the API's 400."""
    regular, initial = ([container.name for container in some] for some in (pod.spec.containers, pod.spec.init_containers))
    if wanted and wanted not in (*regular, *initial):
        raise bad_request(f"container {wanted} is not valid for pod {pod.metadata.name}")
    if not wanted and len(regular) > 1:
        said = f"a container name must be specified for pod {pod.metadata.name}, choose one of: [{' '.join(regular)}]"
        raise bad_request(said + (f" or one of the init containers: [{' '.join(initial)}]" if initial else ""))
    return wanted or regular[0]


def check_reached(pod: Pod, container: str, machine: Machine | None, query: str = "") -> None:
    """A node that is cut off answers nobody. Raises what the API server then says, as a gateway's 504."""
    if machine is None or machine.off_since is None:
        return
    address = f"{host_ip(pod.spec.node_name)}:10250"
    path = "/".join((pod.metadata.namespace, pod.metadata.name, container))
    url = f"https://{address}/containerLogs/{path}" + (f"?{query}" if query else "")
    raise StatusError(504, "", f"Get {go_quote(url)}: dial tcp {address}: connect: no route to host")


def picked(lines: list[Line], options: LogOptions, now: Time) -> list[Line]:
    """The last `tail_lines`, and of those what was written since then."""
    tail = options.tail_lines
    if tail is not None:
        lines = lines[len(lines) - tail :] if tail < len(lines) else lines
    since = options.since_time if options.since_seconds is None else now - options.since_seconds
    return [line for line in lines if since is None or line[0] >= since]


def status_of(pod: Pod, name: str) -> ContainerStatus | None:
    statuses = (*pod.status.container_statuses, *pod.status.init_container_statuses)
    return next((status for status in statuses if status.name == name), None)


def container_log(pod: Pod, name: str, previous: bool = False) -> list[Line]:
    """All lines of one container, none if its pod has no node yet. Raises the API's 400 if it has not started."""
    status = status_of(pod, name)
    if not pod.spec.node_name:
        return []
    where = f"container {go_quote(name)} in pod {go_quote(pod.metadata.name)}"
    if status is None:
        raise bad_request(f"{where} is not available")
    image = next(c.image for c in (*pod.spec.init_containers, *pod.spec.containers) if c.name == name)
    last, state = status.last_state.terminated, status.state
    if previous and last is None:
        raise bad_request(f"previous terminated {where} not found")
    if not previous and state.running is not None:
        return _life(image, state.running.started_at, None, 0)
    ended = last if previous else state.terminated or last
    if ended is not None:
        return _life(image, ended.started_at, ended.finished_at, ended.exit_code)
    waiting = state.waiting.reason if state.waiting is not None else ""
    words = {"ErrImagePull": "image can't be pulled", "ImagePullBackOff": "trying and failing to pull image"}.get(waiting, waiting)
    raise bad_request(f"{where} is waiting to start: {words}" if waiting else f"{where} is waiting to start - no logs yet")


def _life(image: str, started: Time | None, finished: Time | None, code: int) -> list[Line]:
    repository, tag = split(image)
    begun = started or 0
    lines = [(begun, f"{repository}:{tag or 'latest'} starting"), (begun, "listening on :80")]
    if finished is not None:
        lines.append((finished, f"exiting with code {code}" if code else "received SIGTERM, shutting down"))
    return lines
