using QdrantBackup.App.Stores;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Integration.Tests.Storage;

/// <summary>Makes a directory store older, as if time had passed: its files, and what the records of ends say of the time, for grace counts from the later of both.</summary>
internal static class AgedStore
{
    public static async Task AgeAsync(string folder, string keyFile, TimeSpan by)
    {
        using var recipient = KeyFileRecipient.Load(keyFile);
        using var store = await StoreOpening.OpenAsync(StoreAddress.Open(folder, TimeProvider.System), [recipient], pins: null, CancellationToken.None);
        foreach (var id in await store.ListIdsAsync(BlobNames.Retirements, CancellationToken.None))
        {
            if (await store.TryGetRecordAsync(BlobNames.Retirement(id), StoreJson.Default.Retirement, CancellationToken.None) is { } end)
            {
                await store.PutDocumentAsync(
                    BlobNames.Retirement(id), SealedType.Record, end with { At = end.At - by }, StoreJson.Default.Retirement, PutCondition.Always, summary: null, CancellationToken.None);
            }
        }

        AgeFiles(folder, by);
    }

    /// <summary>Only the files, as anybody can who may write there.</summary>
    public static void AgeFiles(string folder, TimeSpan by)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - by);
        }
    }
}
