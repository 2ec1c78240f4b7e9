using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QdrantBackup.Harness;

namespace QdrantBackup.Deployment.Tests.FunctionsHost.Worker;

/// <summary>
/// Stands in for the Azure Functions host towards the official worker: it starts the built app, asks for its functions, loads them and invokes some, over the
/// published gRPC protocol between host and worker (one stream of messages both ways).
/// </summary>
internal sealed class FunctionsHostStandIn : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<WireMessage>> _invocations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LoadedFunction> _functions = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly string _folder;
    private WebApplication? _server;
    private ChildProcess? _worker;
    private HttpResponse? _stream;
    private Uri? _http;
    private int _loaded;
    private int _number;

    private FunctionsHostStandIn(string folder) => _folder = folder;

    /// <summary>What the worker said that it can do.</summary>
    public IReadOnlyDictionary<string, string> Capabilities { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Functions => [.. _functions.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Starts the app in a folder as the host does, and returns when every function is loaded.</summary>
    public static async Task<FunctionsHostStandIn> StartAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        var host = new FunctionsHostStandIn(folder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http2));
        host._server = builder.Build();
        host._server.MapPost("/AzureFunctionsRpcMessages.FunctionRpc/EventStream", host.TalkAsync);
        await host._server.StartAsync();
        var address = host._server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        host._worker = ChildProcess.StartProgram(
            ["dotnet", Path.Combine(folder, "QdrantBackup.Functions.dll"), "--functions-uri", address, "--functions-worker-id", "worker", "--functions-request-id", "start", "--functions-grpc-max-message-length", "4194304"],
            new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["FUNCTIONS_APPLICATION_DIRECTORY"] = folder, ["FUNCTIONS_WORKER_DIRECTORY"] = folder },
            folder);
        await host._ready.Task.WithinAsync("the worker to load every function", Patience);
        return host;
    }

    /// <summary>Invokes a function with what its trigger carries, and returns the worker's answer.</summary>
    public async Task<WireMessage> InvokeAsync(string function, WireMessage trigger, string? instanceId = null)
    {
        var id = $"{function}-{Interlocked.Increment(ref _number)}";
        var answer = _invocations.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await SendInvocationAsync(id, _functions[function], trigger, instanceId);
        return await answer.Task.WithinAsync($"the worker's answer to {id}", Patience);
    }

    /// <summary>Sends a request on to an HTTP function, as the host's proxy does.</summary>
    public async Task<HttpResponseMessage> GetAsync(string function, string path, string? apiKey = null)
    {
        var id = $"{function}-{Interlocked.Increment(ref _number)}";
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_http!, path));
        request.Headers.Add("x-ms-invocation-id", id);
        if (apiKey is not null)
        {
            request.Headers.Add("X-API-Key", apiKey);
        }

        using var http = new HttpClient { Timeout = Patience };
        var answer = http.SendAsync(request);
        var url = new WireMessage().With(1, "GET").With(2, $"http://localhost{path}");
        await SendInvocationAsync(id, _functions[function], new WireMessage().With(5, url), instanceId: null);
        return await answer;
    }

    public async ValueTask DisposeAsync()
    {
        await (_worker?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _sending.Dispose();
    }

    private async Task TalkAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.StartAsync();
        _stream = context.Response;
        try
        {
            while (true)
            {
                await HearAsync(await ReadAsync(context.Request.Body, context.RequestAborted));
            }
        }
        catch (Exception e)
        {
            _ready.TrySetException(new InvalidOperationException($"the worker went away:\n{_worker?.Output}", e));
        }
    }

    private async Task HearAsync(WireMessage message)
    {
        foreach (var _ in message.All(HostFields.StartStream))
        {
            await SendAsync(HostFields.WorkerInitRequest, new WireMessage().With(1, "4.1052.200").With(4, _folder).With(5, _folder));
        }

        foreach (var init in message.Messages(HostFields.WorkerInitResponse))
        {
            Capabilities = init.Messages(2).ToDictionary(entry => entry.Text(1), entry => entry.Text(2), StringComparer.Ordinal);
            _http = new Uri(Capabilities["HttpUri"]);
            await SendAsync(HostFields.FunctionsMetadataRequest, new WireMessage().With(1, _folder));
        }

        foreach (var metadata in message.Messages(HostFields.FunctionMetadataResponse).SelectMany(response => response.All(1)).Select(LoadedFunction.Of))
        {
            _functions[metadata.Name] = metadata;
            await SendAsync(HostFields.FunctionLoadRequest, new WireMessage().With(1, metadata.Id).With(2, metadata.Metadata));
        }

        foreach (var load in message.Messages(HostFields.FunctionLoadResponse))
        {
            // A failure carries an exception; all answers come, since the requests were sent before the first of them is read.
            if (load.Messages(2).SelectMany(result => result.Messages(2)).FirstOrDefault() is { } exception)
            {
                _ready.TrySetException(new InvalidOperationException($"{load.Text(1)} was not loaded: {exception.Text(2)}"));
            }
            else if (++_loaded == _functions.Count)
            {
                _ready.TrySetResult();
            }
        }

        foreach (var answer in message.Messages(HostFields.InvocationResponse))
        {
            _invocations.GetOrAdd(answer.Text(1), _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(answer);
        }
    }

    private Task SendInvocationAsync(string id, LoadedFunction function, WireMessage trigger, string? instanceId)
    {
        // What a client binding carries; nothing listens there, so only functions that do not use their client get far.
        const string Client = """{"taskHubName":"hub","connectionName":"Storage","rpcBaseUrl":"http://127.0.0.1:9","httpBaseUrl":"http://127.0.0.1:9","requiredQueryStringParameters":""}""";
        var invocation = new WireMessage().With(1, id).With(2, function.Id).With(3, new WireMessage().With(1, function.Trigger).With(2, trigger));
        foreach (var client in function.Clients)
        {
            invocation.With(3, new WireMessage().With(1, client).With(2, new WireMessage().With(1, Client)));
        }

        if (instanceId is not null)
        {
            invocation.With(4, new WireMessage().With(1, "instanceId").With(2, new WireMessage().With(1, instanceId)));
        }

        return SendAsync(HostFields.InvocationRequest, invocation.With(5, new WireMessage().With(1, "").With(2, "")).With(6, new WireMessage()));
    }

    private async Task SendAsync(int field, WireMessage content)
    {
        Assert.True(await _sending.WaitAsync(Patience), "an earlier message to the worker was not sent");
        try
        {
            await _stream!.Body.WriteAsync(new WireMessage().With(1, "request").With(field, content).Framed());
            await _stream.Body.FlushAsync();
        }
        finally
        {
            _sending.Release();
        }
    }

    private static async Task<WireMessage> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head, cancellationToken);
        var content = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await stream.ReadExactlyAsync(content, cancellationToken);
        return WireMessage.Read(content);
    }
}
