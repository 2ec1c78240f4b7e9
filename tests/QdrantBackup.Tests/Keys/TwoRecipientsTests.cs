using QdrantBackup.Keys;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Keys;

/// <summary>Every pair of kinds: either one of the two opens the store.</summary>
public sealed class TwoRecipientsTests(RecipientsOfEveryKind kinds) : IClassFixture<RecipientsOfEveryKind>
{
    private readonly InMemoryStore _blobs = new(TimeProvider.System);

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach ((string one, int index) in RecipientsOfEveryKind.Kinds.Select((name, index) => (name, index)))
            {
                foreach (string other in RecipientsOfEveryKind.Kinds.Skip(index + 1))
                {
                    pairs.Add(one, other);
                }
            }

            return pairs;
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_store_with_two_recipients_opens_with_either(string one, string other)
    {
        using IStoreKeyRecipient first = kinds.Wrapping(one);
        using IStoreKeyRecipient second = kinds.Wrapping(other);
        StorePins pins = await StoreCreation.InitializeAsync(_blobs, [first, second], TimeProvider.System, Cancellation);

        using (SealedStore store = await OpenAsync(pins, one))
        {
            await store.Blobs.PutAsync(new BlobName("holds/x"), store.Sealer.Seal(SealedType.Record, "holds/x", "secret"u8), PutCondition.Always, null, Cancellation);
        }

        using (SealedStore store = await OpenAsync(pins, other))
        {
            StoredBlob? blob = await store.Blobs.GetAsync(new BlobName("holds/x"), 1000, Cancellation);
            Assert.Equal("secret"u8.ToArray(), store.Sealer.Open(SealedType.Record, "holds/x", blob!.Content.Span));
            Assert.Equal(2, store.Recipients.Count);
            Assert.Empty(store.RecipientFailures);
        }
    }

    private async Task<SealedStore> OpenAsync(StorePins pins, string name)
    {
        using IStoreKeyRecipient recipient = kinds.Opening(name);
        return await StoreOpening.OpenAsync(_blobs, [recipient], pins, Cancellation);
    }
}
