using Microsoft.Extensions.DependencyInjection;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Parts;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>Registers backups.</summary>
internal static class BackupFeature
{
    public static IServiceCollection AddBackups(this IServiceCollection services) => services
        .AddPerStore<BackupServices>()
        .AddSingleton<FollowUps>()
        .AddSingleton(new RunFeature(RunKind.Backup, nameof(BackupOrchestrator))
        {
            StatusPath = "/api/v1/backup/status/",
            ManualPrefix = "manual-",
            TakesTurns = true,
            NeedsFirstStore = true,
            Covers = Covers,
            CarriedBy = child => child.ReadInputAs<PartInput>()?.Part.Key.Collection,
            FindUnrecorded = FindCommittedAsync,
        });

    // A backup of some collections does not do for one of others: the person who asked would believe that all is backed up.
    private static bool Covers(RunRequest running, RunRequest wanted) =>
        running.Backup is { } there && wanted.Backup is { } own && there.Selection?.Key == own.Selection?.Key && there.AllowEmpty == own.AllowEmpty;

    private static async Task<RunResult?> FindCommittedAsync(OpenedStore opened, OpenRun run, CancellationToken cancellationToken) =>
        await opened.Catalog.FindCommittedAsync(run.RunId.AsBackup(), cancellationToken) is not { } manifest
            ? null
            : new RunResult
            {
                RunId = run.RunId,
                State = manifest.State == BackupState.Complete ? RunState.Complete : RunState.Partial,
                Finished = manifest.Finished,
                BackupId = manifest.Id,
                Totals = manifest.Totals,
                Remarks = ["the run committed its backup and ended before it recorded that; the manifest shows it"],
            };
}
