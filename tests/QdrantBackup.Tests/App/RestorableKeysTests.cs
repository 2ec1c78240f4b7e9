using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.App.Verifications;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Runs;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Configuration;
using QdrantBackup.Tests.Keys;
using QdrantBackup.Tests.Runs;
using QdrantBackup.Tests.Storage;
using QdrantBackup.Verification;

namespace QdrantBackup.Tests.App;

/// <summary>Nothing is restorable without the key: a verification of level <c>restorable</c> opens the store anew with every recipient.</summary>
public sealed class RestorableKeysTests : IAsyncLifetime
{
    private readonly KeyFiles _files = new();
    private readonly TemporaryDirectory _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 9, 1, 2, 0, 0, TimeSpan.Zero));
    private readonly RecordedLog<KeyChecks> _log = new();
    private readonly BackupOptions _options;
    private readonly StoreConnection _connection;
    private readonly PerStore<VerificationServices> _stores;
    private readonly KeyChecks _keys;
    private readonly VerifyActivities _activities;
    private VerificationServices _services = null!;

    public RestorableKeysTests()
    {
        var noVault = new Lazy<KeyVaultConnection>(() => throw new InvalidOperationException("no vault is configured"));
        _options = BackupOptionsReader.Read(Configured.From(
            ("Cluster:Name", "prod"), ("Storage:Local", _folder.Path), ("Encryption:KeyFile", KeyFile), ("Encryption:PassphraseFile", Passphrase), ("Encryption:PassphraseMemory", "64MiB")));
        _connection = new StoreConnection(_options, noVault, _time, NullLoggerFactory.Instance);
        _keys = new KeyChecks(_options, noVault, _time, _log);
        _stores = new PerStore<VerificationServices>(
            _connection, opened => new VerificationServices(opened, new CaptureOptions { Cluster = "prod" }, _time, NullLoggerFactory.Instance));
        _activities = new VerifyActivities(_stores, _keys, new RunGuard());
    }

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    private string KeyFile => _files.Path("backup.key");

    private string Passphrase => _files.Path("passphrase");

    public async ValueTask InitializeAsync()
    {
        _files.Secret("passphrase", "correct horse battery staple");
        using var keyFile = KeyFileRecipient.Create(KeyFile);
        using var passphrase = PassphraseRecipient.Load(Passphrase, 64, _time);
        await StoreCreation.InitializeAsync(StoreAddress.Open(_folder.Path, _time), [keyFile, passphrase], _time, Cancellation);
        _services = await _stores.OpenAsync(Cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _keys.Dispose();
        _connection.Dispose();
        _folder.Dispose();
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task With_every_recipient_sound_a_restorable_verification_is_complete()
    {
        RunEnd end = await VerifyAsync();

        Assert.Equal(RunState.Complete, end.State);
        Assert.Empty(end.Errors);
        Assert.Empty(_log.Events);
    }

    [Theory]
    [InlineData("backup.key")]
    [InlineData("passphrase")]
    public async Task One_lost_recipient_makes_a_restorable_verification_partial_and_is_named(string lost)
    {
        // The first recipient that opens must not hide the second, so each of them is the lost one in turn.
        File.Delete(_files.Path(lost));

        RunEnd end = await VerifyAsync();

        Assert.Equal(RunState.Partial, end.State);
        RunError finding = Assert.Single(end.Errors);
        Assert.Contains("does not open the store any more", finding.Message, StringComparison.Ordinal);
        Assert.Contains(_files.Path(lost), finding.Message, StringComparison.Ordinal);
        Assert.NotEmpty(finding.Hint);
        LoggedEvent alarm = Assert.Single(_log.Events);
        Assert.Equal(2024, alarm.Id);
        Assert.Contains(_files.Path(lost), alarm.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_in_the_place_of_a_recipients_own_makes_a_restorable_verification_partial()
    {
        File.Delete(KeyFile);
        KeyFileRecipient.Create(KeyFile).Dispose();

        Assert.Equal(RunState.Partial, (await VerifyAsync()).State);
    }

    [Fact]
    public async Task With_every_recipient_lost_a_restorable_verification_fails_although_the_process_still_holds_the_key()
    {
        File.Delete(KeyFile);
        File.Delete(Passphrase);

        RunEnd end = await VerifyAsync();

        Assert.Equal(RunState.Failed, end.State);
        Assert.Equal(2, end.Errors.Count);
        Assert.Equal([2024, 2024], _log.Events.Select(e => e.Id));
    }

    [Fact]
    public async Task What_failed_already_stays_failed_and_the_lost_recipient_stands_before_it()
    {
        File.Delete(KeyFile);

        RunEnd end = await VerifyAsync(errors: [new RunError("a chunk is damaged", "Repair it.")]);

        Assert.Equal(RunState.Failed, end.State);
        Assert.Contains(KeyFile, end.Errors[0].Message, StringComparison.Ordinal);
        Assert.Equal("a chunk is damaged", end.Errors[1].Message);
    }

    [Fact]
    public async Task A_verification_that_only_reads_tries_no_recipient()
    {
        File.Delete(KeyFile);
        File.Delete(Passphrase);

        Assert.Equal(RunState.Complete, (await VerifyAsync(VerifyLevel.Readable)).State);
        Assert.Empty(_log.Events);
    }

    /// <summary>The end of a verification, whose items were all sound but for what is given.</summary>
    private async Task<RunEnd> VerifyAsync(VerifyLevel level = VerifyLevel.Restorable, params IReadOnlyList<RunError> errors)
    {
        RunId runId = RunId.New(_time);
        var request = new VerifyRequest { Level = level };
        await _services.Opened.Records.WriteRequestAsync(
            new RunRequest { RunId = runId, Kind = RunKind.Verify, Cluster = "prod", RequestedBy = "test", RequestedAt = _time.GetUtcNow(), InstanceId = "verify-prod-1", Verify = request }, Cancellation);
        await _services.Opened.Pins.WriteAsync(runId, RunKind.Verify, [], Cancellation);
        await _services.Plans.StoreAsync(new VerifyPlan { RunId = runId, Request = request, Backups = [] }, Cancellation);
        return await _activities.ConcludeVerification(new VerifyOutcome(runId.ToString(), IsWhole: true, IsCancelled: false, errors), "verify-prod-1", Cancellation);
    }
}
