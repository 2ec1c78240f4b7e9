using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using QdrantBackup.Keys;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>Asks one vault, by the REST API of Azure Key Vault keys, which managed HSMs speak too.</summary>
internal sealed class KeyVaultClient(Uri vault, TokenCredential credential, KeyVaultClientOptions options)
{
    private const string ApiVersion = "7.4";
    private const int MaxAnswerBytes = 64 << 10;
    private const string Json = "application/json";

    private readonly HttpPipeline _pipeline = HttpPipelineBuilder.Build(options, [], [new KeyVaultTokenPolicy(credential, vault)], new ResponseClassifier());

    /// <summary>Describes a key, in the newest version unless the address names one.</summary>
    public Task<VaultKey> GetKeyAsync(VaultKeyAddress key, CancellationToken cancellationToken) =>
        SendAsync(key, RequestMethod.Get, key.ToString(), content: null, static (json, asked) => KeyVaultAnswers.Key(json, asked), cancellationToken);

    public Task<byte[]> WrapAsync(VaultKeyAddress key, string algorithm, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        OperateAsync(key, "wrapkey", algorithm, value, cancellationToken);

    public Task<byte[]> UnwrapAsync(VaultKeyAddress key, string algorithm, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        OperateAsync(key, "unwrapkey", algorithm, value, cancellationToken);

    private async Task<byte[]> OperateAsync(VaultKeyAddress key, string operation, string algorithm, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var content = Content(algorithm, value.Span);
        try
        {
            return await SendAsync(key, RequestMethod.Post, $"{key}/{operation}", content, static (json, asked) => KeyVaultAnswers.Value(json, asked), cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary><c>{"alg":"…","value":"…"}</c>, in memory that the collector does not copy: the value may be the store key.</summary>
    private static byte[] Content(string algorithm, ReadOnlySpan<byte> value)
    {
        var head = Encoding.ASCII.GetBytes($$"""{"alg":"{{algorithm}}","value":" """.TrimEnd());
        var tail = "\"}"u8;
        var content = GC.AllocateUninitializedArray<byte>(head.Length + Base64Url.GetEncodedLength(value.Length) + tail.Length, pinned: true);
        head.CopyTo(content.AsSpan());
        _ = Base64Url.EncodeToUtf8(value, content.AsSpan(head.Length));
        tail.CopyTo(content.AsSpan(content.Length - tail.Length));
        return content;
    }

    private async Task<T> SendAsync<T>(
        VaultKeyAddress key, RequestMethod method, string address, byte[]? content, AnswerReader<T> read, CancellationToken cancellationToken)
    {
        using var message = _pipeline.CreateMessage();
        message.BufferResponse = false;
        message.Request.Method = method;
        message.Request.Uri.Reset(new Uri(address));
        message.Request.Uri.AppendQuery("api-version", ApiVersion);
        message.Request.Headers.Add(HttpHeader.Names.Accept, Json);
        if (content is not null)
        {
            message.Request.Headers.Add(HttpHeader.Names.ContentType, Json);
            message.Request.Content = RequestContent.Create(content);
        }

        await _pipeline.SendAsync(message, cancellationToken);
        var answer = GC.AllocateUninitializedArray<byte>(MaxAnswerBytes + 1, pinned: true);
        try
        {
            var length = message.Response.ContentStream is { } stream ? await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken) : 0;
            if (length > MaxAnswerBytes)
            {
                throw KeyVaultAnswers.NoAnswer(key);
            }

            return message.Response.Status == 200
                ? read(answer.AsSpan(0, length), key)
                : throw new KeyVaultFailure(message.Response.Status, KeyVaultAnswers.ErrorCode(answer.AsSpan(0, length)), message.Response.Headers.RequestId);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer);
        }
    }

    private delegate T AnswerReader<T>(ReadOnlySpan<byte> json, VaultKeyAddress asked);
}
