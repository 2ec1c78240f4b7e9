using System.Globalization;
using System.Text.Json;

namespace QdrantBackup.Cli.Output;

/// <summary>What each stage of a cleanup frees, and when, in lines that a person reads.</summary>
internal static class RoomLines
{
    /// <summary>Before it is done.</summary>
    public static void Show(Session session, JsonElement room)
    {
        Line(session, "ended", room, "would be ended now");
        Stand(session, room);
    }

    /// <summary>Afterwards.</summary>
    public static void Tell(Session session, JsonElement room)
    {
        Line(session, "ended", room, "were ended now");
        if (room.Member("store") is not null && room.Number("deletedBytes") > 0 && room.Member("emptied") is null)
        {
            session.Report.Text($"deleted: {Amounts.Bytes(room.Number("deletedBytes"))} lie in trash/ on the same disk, which frees nothing until the trash is emptied.");
        }

        if (room.Member("emptied") is { } emptied)
        {
            session.Report.Text($"emptied: {Amounts.Bytes(emptied.Number("bytes"))} in {emptied.Number("files")} files of the trash are free now.");
        }

        Stand(session, room);
    }

    private static void Line(Session session, string stage, JsonElement room, string what)
    {
        if (room.Number("ended") > 0)
        {
            session.Report.Text(
                $"{stage}: {room.Number("ended")} backups {what}, which frees 0 B now; at most {Amounts.Bytes(room.Number("endedBytes"))} are deleted by a cleanup after {room.Text("endedUntil")}, as far as no other backup uses them.");
        }
    }

    private static void Stand(Session session, JsonElement room)
    {
        if (room.Member("store") is not { } store)
        {
            return;
        }

        var trash = store.Member("trash") ?? default;
        session.Report.Text(trash.Number("files") == 0
            ? "trash: empty."
            : $"trash: {Amounts.Bytes(trash.Number("bytes"))} in {trash.Number("files")} files, deleted from {trash.Text("oldest")} to {trash.Text("newest")}; the first are freed on {room.Text("trashUntil")} by themselves, all now by 'qdrant-backup cleanup --empty-trash'.");
        var files = store.Member("freeFiles") is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {store.Number("freeFiles")} inodes");
        session.Report.Text($"disk: {Amounts.Bytes(store.Number("freeBytes"))}{files} free.");
        if (store.Text("shortOf") is { } what)
        {
            session.Note($"the disk of the store is full: it is short of {what}");
        }
    }
}
