"""Which hue each ReplicaSet has: six for the newest that have pods, and a set keeps its own for as long as it has some."""

HUES = 6


class Hues:
    """Which of six hues each ReplicaSet has. 0 is the grey of those older than the six newest that have pods."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}
        self.live: frozenset[str] = frozenset()
        self.born: dict[str, int] = {}
        """Each set's first revision: its number on the tape."""

    def copy(self) -> "Hues":
        twin = Hues()
        twin.of, twin.live, twin.born = self.of.copy(), self.live, self.born.copy()
        return twin

    def see(self, live: list[tuple[str, int]]) -> None:
        """These sets (uid, revision) have pods now. A hue stays with its set, and is never shared by two that have pods."""
        for uid, revision in live:
            self.born.setdefault(uid, revision)
        now = frozenset(uid for uid, _ in live)
        if now == self.live:
            return
        newest = sorted((uid for uid, _ in live), key=self.born.__getitem__)[-HUES:]
        for uid in now.difference(newest):
            self.of[uid] = 0
        # also what had pods until now: a set that comes as another goes must not take its hue, whenever one looks
        held = {self.of[uid] for uid in self.live if self.of.get(uid)}
        if len(held) == HUES:
            held = {self.of[uid] for uid in newest if uid in self.live and self.of.get(uid)}
        for uid in newest:
            if uid in self.live and self.of.get(uid):
                continue
            self.of[uid] = self._free(self.of.get(uid) or self.wanted(self.born[uid]), held)
            held.add(self.of[uid])
        self.live = now

    def peek(self, uid: str, revision: int) -> int:
        """The hue of a set without pods: its own, or the one it would get."""
        if uid in self.of:
            return self.of[uid]
        held = {self.of[other] for other in self.live}
        return self._free(self.wanted(revision), held)

    @staticmethod
    def wanted(revision: int) -> int:
        return (max(revision, 1) - 1) % HUES + 1

    @staticmethod
    def _free(wanted: int, held: set[int]) -> int:
        for step in range(HUES):
            hue = (wanted - 1 + step) % HUES + 1
            if hue not in held:
                return hue
        return 0
