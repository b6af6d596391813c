"""Every page opens for who may see it, in few queries, on a crowded site."""

from __future__ import annotations


def test_all_pages_open(world, signed_in):
    row = world.ready()
    decision = world.decided(world.ready())
    boss = world.person("boss", "senior analyst", "chair", "secretary", "administrator")
    client = signed_in(boss)
    meeting = decision.item.meeting
    for path in (
        "/", "/candidates", "/candidates?q=a&sector=green&language=zh&status=all&sort=title", f"/candidates/{row.candidate_id}",
        f"/candidates/{row.candidate_id}/dossier.json", "/landscape", "/landscape?colour=status", "/trends",
        f"/trends?c={row.candidate_id}", "/meetings", "/meetings/new", f"/meetings/{meeting.pk}",
        f"/items/{decision.item.pk}", "/register", "/agreement", "/record", "/record/export", "/bring-in", "/account",
        "/first-look", "/alive", "/feed.atom",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
