using System.Text;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Keys;

/// <summary>What every recipient must do. Each kind has a class that inherits this and makes two recipients of it.</summary>
public abstract class StoreKeyRecipientContract
{
    private readonly StoreId _storeId = StoreId.Generate();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_wraps_it_unwraps_also_after_the_document_was_written_and_read()
    {
        using IStoreKeyRecipient recipient = await MakeAsync();
        using StoreKey key = StoreKey.Generate();

        KeyDocument written = await recipient.WrapAsync(key, _storeId, Cancellation);
        var read = KeyDocument.FromJson("keys/x", written.ToJson());
        using StoreKey unwrapped = await recipient.UnwrapAsync(read, _storeId, Cancellation);

        Assert.True(unwrapped.FixedTimeEquals(key));
        Assert.Equal(recipient.Kind, read.Recipient.Kind);
        Assert.Equal(key.KeyId, read.KeyId);
        Assert.True(recipient.IsFor(read.Recipient));
        Assert.False(recipient.IsFor(read.Recipient with { Kind = "another-kind" }));
        _ = BlobNames.Key(read.KeyId, read.Recipient.Id);
        Assert.StartsWith(recipient.Kind + "-", read.Recipient.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_holds_the_key_in_no_readable_form()
    {
        using IStoreKeyRecipient recipient = await MakeAsync();
        using StoreKey key = StoreKey.Generate();

        byte[] json = (await recipient.WrapAsync(key, _storeId, Cancellation)).ToJson();

        foreach (byte[] form in new[] { key.Bytes.ToArray(), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key.Bytes)), Encoding.ASCII.GetBytes(Convert.ToBase64String(key.Bytes)) })
        {
            Assert.True(json.AsSpan().IndexOf(form) < 0);
        }
    }

    [Fact]
    public async Task Anothers_document_another_store_and_a_changed_wrap_are_refused_and_told_what_to_do()
    {
        using IStoreKeyRecipient recipient = await MakeAsync();
        using IStoreKeyRecipient other = await MakeOtherAsync();
        using StoreKey key = StoreKey.Generate();
        KeyDocument document = await recipient.WrapAsync(key, _storeId, Cancellation);
        KeyDocument forOther = await other.WrapAsync(key, _storeId, Cancellation);
        byte[] flipped = [.. document.Wrapped];
        flipped[^1] ^= 0x10;

        foreach (KeyDocument wrong in new[]
        {
            forOther,
            document with { Wrapped = forOther.Wrapped },
            document with { Recipient = document.Recipient with { Kind = "another-kind" } },
            document with { StoreId = StoreId.Generate().ToString() },
            document with { Wrapped = flipped },
            document with { Wrapped = document.Wrapped[..^1] },
            document with { Wrapped = [.. document.Wrapped, 0] },
            document with { Wrapped = [1] },
            document with { Wrapped = new byte[40_000] },
        })
        {
            SealException e = await Assert.ThrowsAsync<SealException>(() => recipient.UnwrapAsync(wrong, _storeId, Cancellation));
            Assert.NotEmpty(e.Hint);
        }
    }

    [Fact]
    public async Task Another_key_slipped_into_the_document_is_noticed()
    {
        using IStoreKeyRecipient recipient = await MakeAsync();
        using StoreKey key = StoreKey.Generate();
        using StoreKey slippedIn = StoreKey.Generate();
        KeyDocument document = (await recipient.WrapAsync(slippedIn, _storeId, Cancellation)) with { KeyId = key.KeyId };

        SealException e = await Assert.ThrowsAsync<SealException>(() => recipient.UnwrapAsync(document, _storeId, Cancellation));

        Assert.Contains("Another key was put in", e.Hint);
    }

    /// <summary>A recipient that can unwrap.</summary>
    protected abstract Task<IStoreKeyRecipient> MakeAsync();

    /// <summary>Another one of the same kind.</summary>
    protected abstract Task<IStoreKeyRecipient> MakeOtherAsync();
}
